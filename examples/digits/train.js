// Trains a network on handwritten digits. Runs by itself:
//
//   node train.js --learningRate 0.1 --hidden 64 --epochs 5
//
// and under Fettle, of which it knows nothing but a few environment variables (docs/trial-protocol.md).
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadDigits } from './digits.js';
import { Network, Random } from './network.js';

const {
  FETTLE_METRICS, // append metrics here
  FETTLE_RESOURCE = '8', // run to this epoch
  FETTLE_CHECKPOINT_DIR, // save here
  FETTLE_RESUME_FROM, // '0': begin afresh, whatever is saved there
  FETTLE_STOP_FILE, // appears when you should stop
  FETTLE_SEED = '1',
} = process.env;

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
    epochs: string(FETTLE_RESOURCE),
    seed: string(FETTLE_SEED),
    test: { type: 'boolean', default: false },
  },
});
const epochs = Number(values.epochs);
const batchSize = Number(values.batchSize);

// The first 7,000 train, the next 1,500 validate; the last 1,500 test, once, what tuning has chosen (--test).
const { size, pixels, labels, count } = loadDigits();
const TRAIN = 7000;
const VALIDATION = 8500;

const random = new Random(Number(values.seed));
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
if (checkpoint && FETTLE_RESUME_FROM !== '0' && existsSync(checkpoint)) {
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
  report({ epoch, accuracy: network.accuracy(pixels, labels, TRAIN, VALIDATION), loss: loss / TRAIN });
  // After the report: an epoch that is saved is never run again, one that is reported twice counts once.
  if (checkpoint) save();
  if (FETTLE_STOP_FILE && existsSync(FETTLE_STOP_FILE) && epoch < epochs) process.exit(75);
}
if (values.test) console.log(`test accuracy ${network.accuracy(pixels, labels, VALIDATION, count).toFixed(4)}`);

function report(metrics) {
  // JSON has no NaN and no Infinity, which is where a learning rate that is too high ends: they are written as text.
  const text = (_, value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value);
  const line = JSON.stringify(metrics, text);
  if (FETTLE_METRICS) appendFileSync(FETTLE_METRICS, `${line}\n`);
  console.log(`epoch ${metrics.epoch}: loss ${metrics.loss.toFixed(4)}, accuracy ${metrics.accuracy.toFixed(4)}`);
}

/** Everything that the next epoch depends on. The file is either whole or the one before. */
function save() {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(epoch, 0);
  head.writeUInt32LE(random.state, 4);
  writeFileSync(`${checkpoint}.new`, Buffer.concat([head, Buffer.from(order.buffer), network.save()]));
  renameSync(`${checkpoint}.new`, checkpoint);
}
