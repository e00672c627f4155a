/**
 * What a searcher in another process costs for each question, beside the same search in the driver: the time from `ask` to its
 * answer, while trials are started, report and end between the questions. Also how long a killed program takes until it
 * knows its history again.
 *
 *   node -C @fettle/source bench/searcher-process/overhead.ts [--asks 2000] [--runs 5] [--python python3] [--out FILE]
 *
 * The program is random search in Python, so nearly all of its time is the protocol's: two pipes, two JSON documents.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  asSearcher,
  createRandomStream,
  parseSearchSpace,
  random,
  type Searcher,
  silentLogger,
  type TrialView,
} from '@fettle/core';
import { processSearcher } from '@fettle/searcher-process';
import { describeMachine, spread } from '../machine.ts';

const { values } = parseArgs({
  options: {
    asks: { type: 'string', default: '2000' },
    runs: { type: 'string', default: '5' },
    python: { type: 'string', default: 'python3' },
    out: { type: 'string' },
  },
});
const asks = Number(values.asks);
const runs = Number(values.runs);
/** Questions before the clock counts: both sides compile their code first. */
const WARM_UP = 200;
/** Trials of the history that a new program is told. */
const HISTORY = 10_000;

const space = parseSearchSpace({
  learningRate: { type: 'float', min: 1e-4, max: 1, scale: 'log' },
  hidden: { type: 'int', min: 8, max: 256, scale: 'log' },
  activation: { type: 'categorical', values: ['relu', 'tanh'] },
  optimizer: { type: 'categorical', values: ['sgd', 'adam'] },
  momentum: { type: 'float', min: 0, max: 0.95, when: { optimizer: 'sgd' } },
  batchSize: { type: 'ordinal', values: [16, 32, 64, 128] },
  weightDecay: { type: 'float', min: 1e-6, max: 1e-2, scale: 'log' },
});
const example = resolve(import.meta.dirname, '../../examples/searchers/random_search.py');

/** A searcher, made as a study makes it. */
function make(kind: 'here' | 'process', seed: number): Searcher {
  const plugin = kind === 'here' ? asSearcher(random()) : processSearcher({ command: [values.python, example] });
  return plugin.create({
    space,
    objective: { metric: 'loss', goal: 'minimize' },
    resumable: false,
    random: (purpose) => createRandomStream(seed, 'study', purpose),
    logger: silentLogger(),
  });
}

/** Asks for a trial. */
async function ask(searcher: Searcher, trial: number, seed: number): Promise<TrialView> {
  const active = new Map<number, TrialView>();
  const stream = (purpose: string) => createRandomStream(seed, 'trial', trial, purpose, 0);
  const suggestion = await searcher.ask({ trial, draw: 0, active, paused: new Map(), random: stream });
  if (suggestion.kind !== 'start') throw new Error(`trial ${trial}: ${suggestion.kind}`);
  return { id: trial, configuration: suggestion.configuration, origin: 'searcher', resource: 0 };
}

/** Lets a trial start, report and end. */
async function live(searcher: Searcher, trial: TrialView): Promise<void> {
  searcher.started?.(trial);
  await searcher.report(trial, { resource: 1, value: 0.5, metrics: { loss: 0.5 } }, { kind: 'continue' });
  searcher.ended?.({ ...trial, resource: 1, value: 0.5 }, { state: 'completed', value: 0.5, resource: 1 });
}

/** Microseconds of each question. */
async function questions(kind: 'here' | 'process', seed: number): Promise<number[]> {
  const searcher = make(kind, seed);
  const times: number[] = [];
  for (let trial = 1; trial <= WARM_UP + asks; trial += 1) {
    const began = performance.now();
    const view = await ask(searcher, trial, seed);
    if (trial > WARM_UP) times.push((performance.now() - began) * 1000);
    await live(searcher, view);
    // As in a study, the driver has other things to do between two questions.
    await new Promise(setImmediate);
  }
  await searcher.close?.();
  return times;
}

/** Milliseconds from the first question to its answer, by a program that is started and told a history. */
async function firstAnswer(trials: number): Promise<number> {
  const searcher = make('process', 0);
  for (let id = 1; id <= trials; id += 1) {
    await live(searcher, {
      id,
      configuration: space.fromUnit(space.dimensions.map(() => 0.5))!,
      origin: 'first',
      resource: 0,
    });
  }
  const began = performance.now();
  await ask(searcher, trials + 1, 0);
  const time = performance.now() - began;
  await searcher.close?.();
  return time;
}

function at(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const here: number[] = [];
const median: number[] = [];
const slow: number[] = [];
const start: number[] = [];
const told: number[] = [];
for (let run = 0; run < runs; run += 1) {
  const inside = at(await questions('here', run), 0.5);
  const outside = await questions('process', run);
  here.push(inside);
  median.push(at(outside, 0.5) - inside);
  slow.push(at(outside, 0.99) - inside);
  start.push(await firstAnswer(0));
  told.push(await firstAnswer(HISTORY));
}
const machine = describeMachine();
console.log(`Machine: ${machine}`);
console.log(`${asks} questions a run, random search over ${space.names.length} parameters`);
console.log(`in the driver, a question            ${spread(here, 'microseconds', 1)}`);
console.log(`in a process, more: median           ${spread(median, 'microseconds')}`);
console.log(`in a process, more: 99th percentile  ${spread(slow, 'microseconds')}`);
console.log(`first answer of a new program        ${spread(start, 'ms')}`);
console.log(`the same, told ${HISTORY} trials          ${spread(told, 'ms')}`);
if (values.out !== undefined) {
  const command = `node -C @fettle/source bench/searcher-process/overhead.ts --asks ${asks} --runs ${runs}`;
  const round = (figures: readonly number[]) => figures.map((figure) => Number(figure.toPrecision(4)));
  const result = {
    command,
    machine,
    microseconds: { here: round(here), moreMedian: round(median), more99: round(slow) },
    milliseconds: { firstAnswer: round(start), firstAnswerAfterHistory: round(told), history: HISTORY },
  };
  writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
}
