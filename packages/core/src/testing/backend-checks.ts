import { readFileSync } from 'node:fs';
import type { AttemptEnd } from '../domain/failure.ts';
import type { MaybePromise } from '../domain/json.ts';
import { type AttemptId, attemptId } from '../domain/trial.ts';
import { FettleError } from '../errors.ts';
import type { Adoption, Backend, Launched, LaunchRequest, RecordedAttempt } from '../ports/backend.ts';
import type { Clock } from '../ports/clock.ts';
import type { Program } from '../ports/program.ts';
import type { Check } from './check.ts';
import { RecordingHost } from './recording-host.ts';

/**
 * What a program does, for the checks of a backend. Each notes its start where the harness can count it.
 *
 * - `finish`: ends well at once
 * - `exit-3`: ends at once with exit code 3 (a function: throws)
 * - `sleep`: runs for a minute or more, ends soon after a polite request (TERM, an aborted signal)
 * - `ignore-stop`: like `sleep`, but ignores everything that can be ignored
 * - `print`: prints `hello` and ends well
 * - `report`: reports a `loss` of 0.5 and ends well
 * - `missing`: cannot be started, because there is no such program
 */
export const BEHAVIOURS = ['finish', 'exit-3', 'sleep', 'ignore-stop', 'print', 'report', 'missing'] as const;

/** One of the behaviours. */
export type Behaviour = (typeof BEHAVIOURS)[number];

/** A fresh place where attempts run: a folder, a cluster, an account. Made anew for each check. */
export interface BackendPlace {
  /** Folder of the study; absent if the backend needs none. */
  readonly directory: string | undefined;
  readonly clock: Clock;
  /** Makes a backend for this place, not opened yet. A second one stands for the next driver. */
  make(workers: number): Backend;
  /** A program that behaves so; `undefined` where there can be none (a function that is missing). Declare it in `lacks`. */
  program(behaviour: Behaviour): Program | undefined;
  /** How often the program of an attempt was begun. */
  starts(attempt: AttemptId): MaybePromise<number>;
  /** Processes of an attempt that still run, for a person to read; empty if none. */
  leftOvers?(attempt: AttemptId): MaybePromise<readonly string[]>;
  /** Cuts the platform off, or connects it again; only for places that can. */
  connect?(connected: boolean): void;
  close(): MaybePromise<void>;
}

/** How the checks get their places. */
export interface BackendHarness {
  open(): MaybePromise<BackendPlace>;
  /** Behaviours for which there is no program. The checks that need them are left out. */
  readonly lacks?: readonly Behaviour[] | undefined;
  /** Whether attempts go on when the driver dies. */
  readonly outlivesDriver: boolean;
  /** Whether places can be cut off. */
  readonly canLoseContact?: boolean | undefined;
  /** Grace between two steps of a stop in the checks, in milliseconds; default 100. */
  readonly grace?: number | undefined;
  /** Longest wait for anything, in milliseconds; default 20 000. */
  readonly patience?: number | undefined;
}

/** One driver in a check: its host and its opened backend. */
interface Driver {
  readonly host: RecordingHost;
  readonly backend: Backend;
}

/** What a check works with. */
class Bench {
  readonly place: BackendPlace;
  readonly grace: number;
  readonly patience: number | undefined;
  readonly #opened = new Set<Backend>();

  constructor(place: BackendPlace, { grace = 100, patience }: BackendHarness) {
    this.place = place;
    this.grace = grace;
    this.patience = patience;
  }

  /** A driver that has found nothing to adopt. */
  async driver(behaviour: Behaviour, workers = 2): Promise<Driver> {
    const driver = await this.opened(behaviour, workers);
    await driver.backend.adopt([]);
    return driver;
  }

  /** A driver that has not adopted yet. */
  async opened(behaviour: Behaviour, workers = 2): Promise<Driver> {
    const program = this.place.program(behaviour);
    if (program === undefined) fail(`the harness has no program that behaves like '${behaviour}': declare it in \`lacks\``);
    const host = new RecordingHost(this.place, program);
    const backend = this.place.make(workers);
    await backend.open(host);
    this.#opened.add(backend);
    return { host, backend };
  }

  end({ host }: Driver, attempt: AttemptId): Promise<AttemptEnd> {
    return host.end(attempt, this.patience);
  }

  /** Waits until a program has begun. */
  async begun({ host }: Driver, attempt: AttemptId): Promise<void> {
    const look = async (): Promise<true | undefined> => ((await this.place.starts(attempt)) > 0 ? true : undefined);
    await host.eventually(`the program of attempt ${attempt} to begin`, look, this.patience);
  }

  /** The attempt ended once, began at most once and has left nothing; told after some more time has passed. */
  async settled({ host }: Driver, attempt: AttemptId): Promise<void> {
    await host.wait(5 * this.grace);
    const starts = await this.place.starts(attempt);
    if (starts > 1) fail(`the program of attempt ${attempt} was begun ${starts} times; it may run once`);
    const ends = host.ends.get(attempt)?.length ?? 0;
    if (ends !== 1) fail(`attempt ${attempt} ended ${ends} times; each attempt ends exactly once`);
    const left = (await this.place.leftOvers?.(attempt)) ?? [];
    if (left.length > 0) fail(`attempt ${attempt} has ended, but this is left of it: ${left.join(', ')}`);
  }

  /** Closes a driver's backend before the others. */
  async closeDriver({ backend }: Driver): Promise<void> {
    this.#opened.delete(backend);
    await backend.close();
  }

  async close(): Promise<void> {
    for (const backend of [...this.#opened].toReversed()) await backend.close();
    await this.place.close();
  }
}

/** A request for the first attempt of a trial. */
export function launchRequest(trial: number, change: Partial<LaunchRequest> = {}): LaunchRequest {
  return { attempt: attemptId(trial, 1), trial, configuration: { x: 0.25 }, resumeFrom: 0, seed: 17, ...change };
}

interface BackendCheck {
  readonly name: string;
  /** Behaviours whose programs it needs. */
  readonly needs: readonly Behaviour[];
  /** For which backends it is meant; absent: all. */
  readonly when?: ((harness: BackendHarness) => boolean) | undefined;
  run(bench: Bench): Promise<void>;
}

const outlives = (harness: BackendHarness): boolean => harness.outlivesDriver;

const CHECKS: readonly BackendCheck[] = [
  {
    name: 'a program that ends well has finished, once',
    needs: ['finish'],
    async run(bench) {
      const driver = await bench.driver('finish');
      await driver.backend.launch(launchRequest(1));
      requireEnd(await bench.end(driver, '1.1'), 'finished');
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'an exit code is a failure of the code, and is told',
    needs: ['exit-3'],
    async run(bench) {
      const driver = await bench.driver('exit-3');
      await driver.backend.launch(launchRequest(1));
      const end = await bench.end(driver, '1.1');
      requireEnd(end, 'failed');
      if (end.kind === 'failed' && end.failure !== 'code') fail(`the failure is '${end.failure}', expected 'code'`);
      if (end.kind === 'failed' && driver.host.program.kind === 'command' && end.exitCode !== 3) {
        fail(`the exit code is ${end.exitCode}, expected 3`);
      }
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'a program that is missing is a failure of the launch',
    needs: ['missing'],
    async run(bench) {
      let driver: Driver;
      try {
        driver = await bench.driver('missing');
      } catch (thrown) {
        // Better still: it is found out before anything runs.
        if (thrown instanceof FettleError && thrown.code === 'backend-unavailable') return;
        throw thrown;
      }
      await driver.backend.launch(launchRequest(1));
      const end = await bench.end(driver, '1.1');
      requireEnd(end, 'failed');
      if (end.kind === 'failed' && end.failure !== 'launch') fail(`the failure is '${end.failure}', expected 'launch'`);
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'launching an attempt again does not run it again',
    needs: ['finish'],
    async run(bench) {
      const driver = await bench.driver('finish');
      await Promise.all([driver.backend.launch(launchRequest(1)), driver.backend.launch(launchRequest(1))]);
      await bench.end(driver, '1.1');
      await driver.backend.launch(launchRequest(1));
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'as many attempts run at the same time as capacity() says',
    needs: ['sleep'],
    async run(bench) {
      const driver = await bench.driver('sleep', 3);
      const capacity = driver.backend.capacity();
      if (!Number.isInteger(capacity) || capacity < 1) fail(`capacity() is ${capacity}; expected a whole number, 1 or more`);
      const attempts = Array.from({ length: Math.min(capacity, 3) }, (_, index) => index + 1);
      await Promise.all(attempts.map((trial) => driver.backend.launch(launchRequest(trial))));
      for (const trial of attempts) await bench.begun(driver, attemptId(trial, 1));
      if (driver.host.ends.size > 0) fail('an attempt ended by itself that should have been sleeping');
      for (const trial of attempts) await stop(driver, attemptId(trial, 1), 'kill', bench.grace);
      for (const trial of attempts) await bench.end(driver, attemptId(trial, 1));
    },
  },
  {
    name: 'an attempt that is asked to stop ends',
    needs: ['sleep'],
    async run(bench) {
      const driver = await bench.driver('sleep');
      await driver.backend.launch(launchRequest(1));
      await bench.begun(driver, '1.1');
      await stop(driver, '1.1', 'terminate', 10_000);
      await bench.end(driver, '1.1');
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'a stop becomes harder until even a program that ignores it is gone',
    needs: ['ignore-stop'],
    async run(bench) {
      const driver = await bench.driver('ignore-stop');
      await driver.backend.launch(launchRequest(1));
      await bench.begun(driver, '1.1');
      await stop(driver, '1.1', 'checkpoint', bench.grace);
      await bench.end(driver, '1.1');
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'a kill does not wait',
    needs: ['ignore-stop'],
    async run(bench) {
      const driver = await bench.driver('ignore-stop');
      await driver.backend.launch(launchRequest(1));
      await bench.begun(driver, '1.1');
      const before = driver.host.clock.now();
      await stop(driver, '1.1', 'checkpoint', 3_600_000);
      await stop(driver, '1.1', 'kill', 3_600_000);
      await bench.end(driver, '1.1');
      if (driver.host.clock.now() - before >= 3_600_000) fail('a kill waited for the grace of the gentler steps');
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'stopping an attempt that has ended does nothing',
    needs: ['finish'],
    async run(bench) {
      const driver = await bench.driver('finish');
      await driver.backend.launch(launchRequest(1));
      await bench.end(driver, '1.1');
      for (const from of ['checkpoint', 'terminate', 'kill'] as const) await stop(driver, '1.1', from, 0);
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'what a program prints is in its files',
    needs: ['print'],
    async run(bench) {
      const driver = await bench.driver('print');
      const { files } = await driver.backend.launch(launchRequest(1));
      await bench.end(driver, '1.1');
      if (files === undefined) fail('launch() gave no files, though the program prints');
      const printed = read(files.stdout);
      if (!printed.includes('hello')) fail(`the program printed 'hello', but its stdout file holds '${printed}'`);
    },
  },
  {
    name: 'what a program reports arrives before its end',
    needs: ['report'],
    async run(bench) {
      const driver = await bench.driver('report');
      const { files } = await driver.backend.launch(launchRequest(1));
      await bench.end(driver, '1.1');
      const told = driver.host.reports.get('1.1')?.[0]?.metrics['loss'];
      const written = files === undefined ? '' : read(files.metrics) + read(files.stdout);
      if (told !== 0.5 && !/"loss"\s*:\s*0\.5/.test(written)) {
        fail('the report of a loss of 0.5 was neither told to the host nor is it in the files');
      }
    },
  },
  {
    name: 'there is nothing to adopt in a new study',
    needs: ['finish'],
    async run(bench) {
      const { backend } = await bench.opened('finish');
      const adoptions = await backend.adopt([]);
      if (adoptions.length > 0) fail(`adopt([]) answered with ${adoptions.length} attempts nobody asked about`);
    },
  },
  {
    name: 'an attempt that was never launched is said to be so, and can be launched then',
    needs: ['finish'],
    when: outlives,
    async run(bench) {
      const driver = await bench.opened('finish');
      const [adoption] = await adopt(driver, [{ request: launchRequest(1) }]);
      if (adoption?.status !== 'never-launched') fail(`it was adopted as '${adoption?.status}', expected 'never-launched'`);
      await driver.backend.launch(launchRequest(1));
      requireEnd(await bench.end(driver, '1.1'), 'finished');
      const starts = await bench.place.starts('1.1');
      if (starts !== 1) fail(`its program was begun ${starts} times, expected once`);
    },
  },
  {
    name: 'the next driver finds a running attempt and can stop it',
    needs: ['sleep'],
    when: outlives,
    async run(bench) {
      const first = await bench.driver('sleep');
      const launched = await first.backend.launch(launchRequest(1));
      await bench.begun(first, '1.1');
      const next = await bench.opened('sleep');
      const [adoption] = await adopt(next, [recorded(launched)]);
      if (adoption?.status !== 'running') fail(`the running attempt was adopted as '${adoption?.status}'`);
      requireSameFiles(launched, adoption.launched);
      await stop(next, '1.1', 'terminate', 10_000);
      await bench.end(next, '1.1');
      await bench.settled(next, '1.1');
    },
  },
  {
    name: 'a launch that was not recorded is found by the next driver',
    needs: ['sleep'],
    when: outlives,
    async run(bench) {
      const first = await bench.driver('sleep');
      await first.backend.launch(launchRequest(1));
      await bench.begun(first, '1.1');
      const next = await bench.opened('sleep');
      const [adoption] = await adopt(next, [{ request: launchRequest(1) }]);
      if (adoption?.status === 'never-launched') await next.backend.launch(launchRequest(1));
      await stop(next, '1.1', 'kill', bench.grace);
      if (adoption?.status !== 'ended') await bench.end(next, '1.1');
      const starts = await bench.place.starts('1.1');
      if (starts !== 1) fail(`the program of an attempt whose launch was not recorded was begun ${starts} times`);
      if (adoption?.status !== 'running') fail(`the running attempt was adopted as '${adoption?.status}'`);
    },
  },
  {
    name: 'the next driver learns how an attempt ended meanwhile',
    needs: ['exit-3'],
    when: outlives,
    async run(bench) {
      const first = await bench.driver('exit-3');
      const launched = await first.backend.launch(launchRequest(1));
      await bench.end(first, '1.1');
      const next = await bench.opened('exit-3');
      const [adoption] = await adopt(next, [recorded(launched)]);
      if (adoption?.status !== 'ended') fail(`the attempt that has ended was adopted as '${adoption?.status}'`);
      requireEnd(adoption.end, 'failed');
      if (adoption.end.kind === 'failed' && adoption.end.exitCode !== 3) {
        fail(`it ended with exit code 3, adopted was ${adoption.end.exitCode}`);
      }
      await next.host.wait(5 * bench.grace);
      if (next.host.ends.size > 0) fail('an end that adopt() has told was told again to the host');
    },
  },
  {
    name: 'attempts that die with the driver are evicted, not failed',
    needs: ['sleep'],
    when: (harness) => !harness.outlivesDriver,
    async run(bench) {
      const driver = await bench.opened('sleep');
      const [adoption] = await adopt(driver, [{ request: launchRequest(1), handle: null }]);
      if (adoption?.status !== 'ended') fail(`it was adopted as '${adoption?.status}', expected 'ended'`);
      requireEnd(adoption.end, 'evicted');
    },
  },
  {
    name: 'close leaves running attempts alone and says nothing more',
    needs: ['sleep'],
    when: outlives,
    async run(bench) {
      const first = await bench.driver('sleep');
      const launched = await first.backend.launch(launchRequest(1));
      await bench.begun(first, '1.1');
      await bench.closeDriver(first);
      await first.host.wait(5 * bench.grace);
      if (first.host.ends.size > 0) fail('a backend that was closed told an end');
      const next = await bench.opened('sleep');
      const [adoption] = await adopt(next, [recorded(launched)]);
      if (adoption?.status !== 'running') fail(`after close() the attempt was adopted as '${adoption?.status}', not running`);
      await stop(next, '1.1', 'kill', bench.grace);
      await bench.end(next, '1.1');
      if (first.host.ends.size > 0) fail('a backend that was closed told an end');
    },
  },
  {
    name: 'no contact is not an end',
    needs: ['sleep'],
    when: (harness) => harness.canLoseContact === true,
    async run(bench) {
      const { connect } = bench.place;
      if (connect === undefined) fail('the harness says `canLoseContact`, but its places have no `connect`');
      const driver = await bench.driver('sleep');
      await driver.backend.launch(launchRequest(1));
      await bench.begun(driver, '1.1');
      connect.call(bench.place, false);
      await driver.host.eventually('a notice that attempt 1.1 cannot be reached', () => driver.host.unreached.get('1.1')?.[0]);
      if (driver.host.ends.size > 0) fail('an attempt that could not be reached was said to have ended');
      connect.call(bench.place, true);
      await stop(driver, '1.1', 'kill', bench.grace);
      await bench.end(driver, '1.1');
      await bench.settled(driver, '1.1');
    },
  },
];

/** The checks of a backend's contract, one by one; `describeBackend` makes tests of them. */
export function backendChecks(harness: BackendHarness): Check[] {
  const lacks = new Set(harness.lacks);
  return CHECKS.filter(({ needs, when }) => !needs.some((need) => lacks.has(need)) && when?.(harness) !== false).map(
    ({ name, run }) => ({
      name,
      async run() {
        const bench = new Bench(await harness.open(), harness);
        try {
          await run(bench);
        } finally {
          await bench.close();
        }
      },
    }),
  );
}

function recorded(launched: Launched): RecordedAttempt {
  // As it comes out of a store.
  const handle: unknown = JSON.parse(JSON.stringify(launched.handle));
  return { request: launchRequest(1), handle: handle as Launched['handle'] };
}

async function adopt({ backend }: Driver, attempts: readonly RecordedAttempt[]): Promise<readonly Adoption[]> {
  const adoptions = await backend.adopt(attempts);
  const asked = attempts.map(({ request }) => request.attempt).join(', ');
  const answered = adoptions.map(({ attempt }) => attempt).join(', ');
  if (asked !== answered) fail(`adopt() was asked about ${asked} and answered about ${answered || 'nothing'}`);
  return adoptions;
}

async function stop({ backend }: Driver, attempt: AttemptId, from: 'checkpoint' | 'terminate' | 'kill', grace: number): Promise<void> {
  await backend.stop(attempt, { from, grace });
}

function requireEnd(end: AttemptEnd, kind: AttemptEnd['kind']): void {
  if (end.kind !== kind) fail(`the end is '${end.kind}', expected '${kind}': ${JSON.stringify(end)}`);
}

function requireSameFiles(launched: Launched, adopted: Launched): void {
  if (JSON.stringify(launched.files) !== JSON.stringify(adopted.files)) {
    fail('the attempt was adopted with other files than it was launched with');
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function fail(message: string): never {
  throw new Error(message);
}
