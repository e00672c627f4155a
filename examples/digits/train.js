// Trains a network on handwritten digits. Runs by itself:
//
//   node train.js --learningRate 0.1 --hidden 64 --epochs 5
//
// and under Fettle, of which it knows nothing but a few environment variables (docs/trial-protocol.md): where to append its
// metrics, where to keep its checkpoint, and a file that appears when it should stop.
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadDigits } from './digits.js';
import { Network, Random } from './network.js';

const { FETTLE_METRICS, FETTLE_CHECKPOINT_DIR, FETTLE_STOP_FILE, FETTLE_SEED = '1' } = process.env;

const string = (value) => ({ type: 'string', default: value });
const { values } = parseArgs({
  options: {
    learningRate: string('0.01'),
    hidden: string('32'),
    activation: string('tanh'),
    optimizer: string('sgd'),
    momentum: string('0'),
    batchSize: string('32'),
    weightDecay: string('0'),
    epochs: string('5'),
  },
});
const epochs = Number(values.epochs);
const batchSize = Number(values.batchSize);

const { size, pixels, labels, count } = loadDigits();
const TRAIN = 7000;
const VALIDATION = Math.min(count, 8500);

const random = new Random(Number(FETTLE_SEED));
const network = new Network(
  {
    inputs: size,
    hidden: Number(values.hidden),
    outputs: 10,
    activation: values.activation,
    optimizer: values.optimizer,
    learningRate: Number(values.learningRate),
    momentum: Number(values.momentum),
    weightDecay: Number(values.weightDecay),
  },
  random,
);
const order = Uint16Array.from({ length: TRAIN }, (_, i) => i);

const checkpoint = FETTLE_CHECKPOINT_DIR && join(FETTLE_CHECKPOINT_DIR, 'network.bin');
let epoch = 0;
if (checkpoint && existsSync(checkpoint)) {
  const bytes = readFileSync(checkpoint);
  epoch = bytes.readUInt32LE(0);
  random.state = bytes.readUInt32LE(4);
  order.set(new Uint16Array(bytes.buffer.slice(bytes.byteOffset + 8, bytes.byteOffset + 8 + order.byteLength)));
  network.load(bytes.subarray(8 + order.byteLength));
}

while (epoch < epochs) {
  for (let i = TRAIN - 1; i > 0; i -= 1) {
    const j = Math.floor(random.next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  let loss = 0;
  for (let at = 0; at < TRAIN; at += batchSize)
    loss += network.train(pixels, labels, order.subarray(at, at + batchSize));
  epoch += 1;
  const accuracy = network.accuracy(pixels, labels, TRAIN, VALIDATION);
  report({ epoch, accuracy, loss: loss / TRAIN });
  if (FETTLE_STOP_FILE && existsSync(FETTLE_STOP_FILE) && epoch < epochs) process.exit(75);
}

/** Saves first and reports then: what has been reported need never be computed again. */
function report(metrics) {
  if (checkpoint) {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(metrics.epoch, 0);
    head.writeUInt32LE(random.state, 4);
    // A checkpoint is either whole or the one before.
    writeFileSync(`${checkpoint}.new`, Buffer.concat([head, Buffer.from(order.buffer), network.save()]));
    renameSync(`${checkpoint}.new`, checkpoint);
  }
  const line = JSON.stringify(metrics, (_, value) =>
    Number.isFinite(value) || typeof value !== 'number' ? value : String(value),
  );
  if (FETTLE_METRICS) appendFileSync(FETTLE_METRICS, `${line}\n`);
  console.log(`epoch ${metrics.epoch}: loss ${metrics.loss.toFixed(4)}, accuracy ${metrics.accuracy.toFixed(4)}`);
}
