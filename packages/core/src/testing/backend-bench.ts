import type { AttemptEnd } from '../domain/failure.ts';
import { type AttemptId, attemptId } from '../domain/trial.ts';
import type { Backend, LaunchRequest } from '../ports/backend.ts';
import type { BackendHarness, BackendPlace, Behaviour } from './backend-harness.ts';
import { RecordingHost } from './recording-host.ts';

/** One driver in a check: its host and its opened backend. */
export interface Driver {
  readonly host: RecordingHost;
  readonly backend: Backend;
}

/** What a check works with: a place, and the drivers that come and go there. */
export class Bench {
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
    if (program === undefined)
      fail(`the harness has no program that behaves like '${behaviour}': declare it in \`lacks\``);
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

/** One thing that is asked of backends. */
export interface BackendCheck {
  readonly name: string;
  /** Behaviours whose programs it needs. */
  readonly needs: readonly Behaviour[];
  /** For which backends it is meant; absent: all. */
  readonly when?: ((harness: BackendHarness) => boolean) | undefined;
  run(bench: Bench): Promise<void>;
}

/** Asks an attempt to stop. */
export async function stop(
  { backend }: Driver,
  attempt: AttemptId,
  from: 'checkpoint' | 'terminate' | 'kill',
  grace: number,
): Promise<void> {
  await backend.stop(attempt, { from, grace });
}

/** Refuses an end of another kind. */
export function requireEnd(end: AttemptEnd, kind: AttemptEnd['kind']): void {
  if (end.kind !== kind) fail(`the end is '${end.kind}', expected '${kind}': ${JSON.stringify(end)}`);
}

/** Ends a check: the contract is broken. */
export function fail(message: string): never {
  throw new Error(message);
}
