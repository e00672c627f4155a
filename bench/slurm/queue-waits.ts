/**
 * What waiting in the queue costs an ASHA study: slots that run one attempt after the other beside jobs for one attempt each, on
 * a real cluster on this machine that is kept busy by other jobs. Needs Debian's slurmctld, slurmd and slurm-client.
 *
 *   node -C @fettle/source bench/slurm/queue-waits.ts [--trials 27] [--backlog 72] [--runs 3] [--out FILE]
 *
 * The others' jobs are submitted so that `backlog` of them always wait; each takes a core for some seconds. Beside each
 * measurement stands a model: the same study in virtual time, where every job waits an exponential time with the mean that was
 * measured, and every start of an attempt costs half a second.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { createRandomStream, float, searchSpace } from '@fettle/core';
import { simulateStudy, type SimulatedProgram } from '@fettle/core/testing';
import { asha } from '@fettle/searcher-asha';
import { SlurmCluster } from '../../packages/backend-slurm/test/slurm-cluster.ts';
import { mean, median, table, writeResult } from '../asha/result-file.ts';

const { values: options } = parseArgs({
  options: {
    trials: { type: 'string', default: '27' },
    backlog: { type: 'string', default: '72' },
    runs: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});
const [trials, backlog, runs] = [Number(options.trials), Number(options.backlog), Number(options.runs)];
const DRIVER = join(import.meta.dirname, '../../packages/backend-slurm/test/fixtures/driver.ts');
/** Seconds that others' jobs take. */
const OTHERS = 3;
/** Seconds of a step of the program, and of starting it. */
const STEP = 0.3;
const START = 0.5;
/** Resource of a whole training, as the driver has it. */
const WHOLE = 9;
const MODEL_RUNS = 40;

/** Ways to run the same study; `jobs` is what the driver is told of attempts in a job. */
const WAYS = [
  { way: 'slots that stay', slots: 4, jobs: [], stays: true },
  { way: 'a job for each attempt, chosen when it starts', slots: 4, jobs: ['1'], stays: false },
  { way: 'a job for each attempt, chosen when it is submitted', slots: 4, jobs: ['submit'], stays: false },
  { way: 'the first of these, four times as many', slots: 16, jobs: ['1'], stays: false },
] as const;
type Way = (typeof WAYS)[number];

const cluster = await SlurmCluster.start({ nodes: 2, cores: 6 });
const environment = { ...process.env, ...cluster.environment };
const run = promisify(execFile);
const enough = new AbortController();

/** Keeps the queue full of others' jobs. */
async function keepBusy(): Promise<void> {
  while (!enough.signal.aborted) {
    const { stdout } = await run('squeue', ['-h', '-r', '-t', 'PD', '-n', 'others', '-o', '%i'], { env: environment });
    const missing = backlog - stdout.split('\n').filter(Boolean).length;
    if (missing > 0) {
      const array = ['--array', `1-${missing}`];
      await run('sbatch', ['-J', 'others', '-o', '/dev/null', ...array, '--wrap', `sleep ${OTHERS}`], {
        env: environment,
      });
    }
    await sleep(1000);
  }
}

interface Measured {
  readonly seconds: number;
  readonly attempts: number;
  /** Mean seconds of an attempt once it runs. */
  readonly attemptSeconds: number;
  /** Mean seconds that the study's jobs waited. */
  readonly wait: number;
  readonly jobs: number;
}

/** How long the jobs of studies waited that Slurm remembers and that began, in seconds, by their names. */
async function waitsOfStudies(): Promise<ReadonlyMap<string, readonly number[]>> {
  const { stdout } = await run('squeue', ['-h', '-r', '-t', 'all', '-o', '%j|%N|%V|%S'], {
    env: { ...environment, SLURM_TIME_FORMAT: '%s' },
  });
  const jobs = stdout.split('\n').flatMap((line) => {
    const [name = '', node = '', submitted, started] = line.split('|');
    return name.startsWith('fettle-') && node !== '' ? [{ name, wait: Number(started) - Number(submitted) }] : [];
  });
  const byName = Map.groupBy(jobs, ({ name }) => name);
  return new Map([...byName].map(([name, same]) => [name, same.map(({ wait }) => wait)]));
}

async function study({ slots, jobs }: Way): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'fettle-waits-'));
  const earlier = await waitsOfStudies();
  const began = performance.now();
  const child = spawn(
    process.execPath,
    ['-C', '@fettle/source', DRIVER, directory, String(trials), String(slots), ...jobs],
    { env: { ...environment, STEP_SECONDS: String(STEP) }, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const code = await new Promise((resolve) => {
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`the driver ended with ${String(code)}`);
  const seconds = (performance.now() - began) / 1000;
  const ledger = readFileSync(join(directory, 'slurm', 'ledger.jsonl'), 'utf8').split('\n');
  const attempts = ledger.filter((line) => line.includes('"assigned"')).length;
  const steps = readdirSync(join(directory, 'trials')).map(
    (trial) =>
      readFileSync(join(directory, 'trials', trial, 'checkpoint', 'steps'), 'utf8')
        .trim()
        .split('\n').length,
  );
  const waits = [...(await waitsOfStudies())].flatMap(([name, each]) => (earlier.has(name) ? [] : each));
  rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
  const attemptSeconds = START + (STEP * mean(steps) * steps.length) / attempts;
  return { seconds, attempts, attemptSeconds, wait: mean(waits), jobs: waits.length };
}

/** Seconds that the study would take if each job waited an exponential time, median of several seeds. */
async function model({ slots, stays }: Way, wait: number): Promise<number> {
  const durations: number[] = [];
  for (let seed = 1; seed <= MODEL_RUNS; seed += 1) {
    const random = createRandomStream(seed, 'waits');
    let launched = 0;
    const program: SimulatedProgram = function* run({ configuration, resumeFrom, until = WHOLE }) {
      launched += 1;
      const waits = !stays || launched <= slots;
      let before = START + (waits ? -wait * Math.log(1 - random.next()) : 0);
      for (let resource = resumeFrom + 1; resource <= until; resource += 1) {
        const metrics = { loss: Number(configuration['x']) + 1 / resource };
        yield { kind: 'report', wait: 1000 * (before + STEP), metrics, resource };
        before = 0;
      }
    };
    // oxlint-disable-next-line no-await-in-loop -- One after the other: they share nothing but the processor.
    const { duration } = await simulateStudy({
      searcher: asha({ maxResource: WHOLE }),
      space: searchSpace({ x: float({ min: 0, max: 1 }) }),
      objective: { metric: 'loss', goal: 'minimize', resource: 'resource' },
      program,
      workers: slots,
      budget: { trials },
      seed,
    });
    durations.push(duration / 1000);
  }
  return median(durations);
}

const results = new Map<Way, Measured[]>(WAYS.map((way) => [way, []]));
const others = keepBusy();
try {
  await sleep(10_000);
  for (let count = 1; count <= runs; count += 1) {
    for (const [way, measured] of results) {
      // oxlint-disable-next-line no-await-in-loop -- They would make each other wait.
      const one = await study(way);
      measured.push(one);
      console.error(`run ${count}, ${way.way}: ${one.seconds.toFixed(0)} s`);
    }
  }
} finally {
  enough.abort();
  await others;
  cluster.stop();
}

const rows = await Promise.all(
  [...results].map(async ([way, each]) => {
    const of = (key: keyof Measured): number => median(each.map((one) => one[key]));
    const figures = {
      attempts: of('attempts'),
      attemptSeconds: of('attemptSeconds'),
      wait: of('wait'),
      jobs: of('jobs'),
    };
    return {
      way: way.way,
      slots: way.slots,
      seconds: of('seconds'),
      model: await model(way, figures.wait),
      ...figures,
      runs: each,
    };
  }),
);
const [stay] = rows;
console.log(
  table([
    ['median of runs', 'slots', 'seconds', 'model', 'times slower', 'attempts', 'wait of a job, s', 'attempt, s'],
    ...rows.map((row) => [
      row.way,
      String(row.slots),
      row.seconds.toFixed(0),
      row.model.toFixed(0),
      (row.seconds / stay!.seconds).toFixed(1),
      String(row.attempts),
      row.wait.toFixed(1),
      row.attemptSeconds.toFixed(2),
    ]),
  ]),
);
writeResult(
  options.out,
  `node -C @fettle/source bench/slurm/queue-waits.ts --trials ${trials} --backlog ${backlog} --runs ${runs}`,
  { stepSeconds: STEP, startSeconds: START, rows },
);
