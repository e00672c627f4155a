// Stands for a training: its loss is smallest at a learning rate of 0.03.
const learningRate = Number(process.argv[2]);
console.log(JSON.stringify({ loss: 0.1 + Math.log10(learningRate / 0.03) ** 2 }));
