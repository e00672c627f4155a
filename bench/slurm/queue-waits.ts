/**
 * What waiting in the queue costs an ASHA study: slots that run one attempt after the other beside a job for each attempt, on a
 * real cluster on this machine that is kept busy by other jobs. Needs Debian's slurmctld, slurmd and slurm-client.
 *
 *   node -C @fettle/source bench/slurm/queue-waits.ts [--trials 27] [--backlog 60] [--runs 3] [--out FILE]
 *
 * The others' jobs are submitted so that `backlog` of them always wait; each takes a core for some seconds. Beside the
 * measurement stands a model: a study of `n` attempts on `s` slots takes `wait + n * time / s` with slots that stay, and
 * `n * (wait + time) / s` with a job for each.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { SlurmCluster } from '../../packages/backend-slurm/test/slurm-cluster.ts';
import { mean, median, table, writeResult } from '../asha/result-file.ts';

const { values: options } = parseArgs({
  options: {
    trials: { type: 'string', default: '27' },
    backlog: { type: 'string', default: '60' },
    runs: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});
const [trials, backlog, runs] = [Number(options.trials), Number(options.backlog), Number(options.runs)];
const SLOTS = 4;
const DRIVER = join(import.meta.dirname, '../../packages/backend-slurm/test/fixtures/driver.ts');
/** Seconds that others' jobs take. */
const OTHERS = 3;
/** Seconds of a step of the program. */
const STEP = 0.3;

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
  /** Mean seconds that the study's jobs waited. */
  readonly wait: number;
  readonly jobs: number;
}

/** Jobs of all studies that Slurm remembers: their names, and when they were submitted and started, in seconds. */
async function jobsOfStudies(): Promise<readonly (readonly [name: string, submitted: number, started: number])[]> {
  const { stdout } = await run('squeue', ['-h', '-r', '-t', 'all', '-o', '%j|%V|%S'], {
    env: { ...environment, SLURM_TIME_FORMAT: '%s' },
  });
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('fettle-'))
    .map((line) => {
      const [name = '', submitted, started] = line.split('|');
      return [name, Number(submitted), Number(started)];
    });
}

/** Runs the study. @param attemptsPerJob absent: as many as fit */
async function study(attemptsPerJob?: number): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'fettle-waits-'));
  const earlier = new Set((await jobsOfStudies()).map(([name]) => name));
  const jobs = attemptsPerJob === undefined ? [] : [String(attemptsPerJob)];
  const began = performance.now();
  const child = spawn(
    process.execPath,
    ['-C', '@fettle/source', DRIVER, directory, String(trials), String(SLOTS), ...jobs],
    { env: { ...environment, STEP_SECONDS: String(STEP) }, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const code = await new Promise((resolve) => {
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`the driver ended with ${String(code)}`);
  const seconds = (performance.now() - began) / 1000;
  const ledger = readFileSync(join(directory, 'slurm', 'ledger.jsonl'), 'utf8').split('\n');
  const attempts = ledger.filter((line) => line.includes('"assigned"')).length;
  const waits = (await jobsOfStudies()).flatMap(([name, submitted, started]) =>
    earlier.has(name) || !Number.isFinite(started) ? [] : [started - submitted],
  );
  rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
  return { seconds, attempts, wait: mean(waits), jobs: waits.length };
}

const results: { [way: string]: Measured[] } = { 'slots that stay': [], 'a job for each attempt': [] };
const others = keepBusy();
try {
  await sleep(10_000);
  for (let count = 0; count < runs; count += 1) {
    results['slots that stay']!.push(await study());
    results['a job for each attempt']!.push(await study(1));
    console.error(
      `run ${count + 1}: ${Object.values(results)
        .map((each) => each.at(-1)!.seconds.toFixed(0))
        .join(' s, ')} s`,
    );
  }
} finally {
  enough.abort();
  await others;
  cluster.stop();
}

/** Mean steps of an attempt of an ASHA study with rungs 1, 3 and 9: most end at the first. */
const attemptSeconds = 2 * STEP + 0.5;
const rows = Object.entries(results).map(([way, each]) => {
  const of = (key: keyof Measured): number => median(each.map((one) => one[key]));
  const [attempts, wait] = [of('attempts'), of('wait')];
  const model =
    way === 'slots that stay'
      ? wait + (attempts * attemptSeconds) / SLOTS
      : (attempts * (wait + attemptSeconds)) / SLOTS;
  return { way, seconds: of('seconds'), model, attempts, wait, jobs: of('jobs'), runs: each };
});
console.log(
  table([
    ['median of runs', 'seconds', 'model', 'attempts', 'mean wait of a job, s'],
    ...rows.map((row) => [
      row.way,
      row.seconds.toFixed(0),
      row.model.toFixed(0),
      String(row.attempts),
      row.wait.toFixed(0),
    ]),
  ]),
);
console.log(`\n${(rows[1]!.seconds / rows[0]!.seconds).toFixed(1)} times sooner with slots that stay`);
writeResult(
  options.out,
  `node -C @fettle/source bench/slurm/queue-waits.ts --trials ${trials} --backlog ${backlog} --runs ${runs}`,
  { slots: SLOTS, stepSeconds: STEP, rows, sooner: rows[1]!.seconds / rows[0]!.seconds },
);
