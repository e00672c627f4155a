import { resolve } from 'node:path';
import type { AttemptEnd } from '../domain/failure.ts';
import type { AttemptId } from '../domain/trial.ts';
import { bug, FettleError } from '../errors.ts';
import type {
  Adoption,
  Backend,
  BackendHost,
  Launched,
  LaunchRequest,
  RecordedAttempt,
  StopRequest,
} from '../ports/backend.ts';
import type { Clock } from '../ports/clock.ts';
import type { Evaluate } from '../ports/program.ts';
import { makeCheckpoint } from './attempt-directory.ts';
import { evaluateOnce } from './evaluation.ts';
import { StopLadder } from './stop-ladder.ts';

const LAUNCHED: Launched = { handle: null };

interface Running {
  readonly controller: AbortController;
  readonly ladder: StopLadder;
}

/** See `inProcess`. */
export class InProcessBackend implements Backend {
  /** Losing the last instant of the journal loses no more than dying an instant earlier would have. */
  readonly outlivesDriver = false;
  readonly #workers: number;
  readonly #running = new Map<AttemptId, Running>();
  readonly #launched = new Set<AttemptId>();
  #opened: { readonly host: BackendHost; readonly evaluate: Evaluate } | undefined;
  #closed = false;

  /** @param workers evaluations under way at the same time */
  constructor(workers: number) {
    this.#workers = workers;
  }

  open(host: BackendHost): void {
    const { program } = host;
    if (program.kind !== 'function') {
      throw new FettleError(
        'backend-unavailable',
        `The in-process backend calls functions; this study has a ${program.kind} program.`,
        { remedy: program.kind === 'command' ? 'Use local(), or give a function.' : 'Give a function.' },
      );
    }
    this.#opened = { host, evaluate: program.evaluate };
  }

  adopt(attempts: readonly RecordedAttempt[]): readonly Adoption[] {
    return attempts.map(({ request: { attempt } }) => {
      this.#launched.add(attempt);
      return { attempt, status: 'ended', end: { kind: 'evicted', message: 'The driver ended while it ran.' } };
    });
  }

  launch(request: LaunchRequest): Launched {
    const { attempt } = request;
    if (this.#launched.has(attempt)) return LAUNCHED;
    this.#launched.add(attempt);
    const { host } = this.#here;
    const controller = new AbortController();
    const ladder = new StopLadder(host.clock, (step) => {
      if (!controller.signal.aborted) controller.abort(new DOMException('The trial is to stop.', 'AbortError'));
      // JavaScript cannot be made to stop: in the end the study goes on without it.
      if (step === 'kill') this.#abandon(attempt);
    });
    this.#running.set(attempt, { controller, ladder });
    soon(host.clock, () => void this.#evaluate(request, controller.signal));
    return LAUNCHED;
  }

  stop(attempt: AttemptId, request: StopRequest): void {
    this.#running.get(attempt)?.ladder.climb(request);
  }

  capacity(): number {
    return this.#workers;
  }

  close(): void {
    this.#closed = true;
    for (const { controller, ladder } of this.#running.values()) {
      ladder.cancel();
      if (!controller.signal.aborted) controller.abort(new DOMException('The study is closed.', 'AbortError'));
    }
    this.#running.clear();
  }

  get #here(): { readonly host: BackendHost; readonly evaluate: Evaluate } {
    return this.#opened ?? bug('the in-process backend was used before it was opened');
  }

  async #evaluate(request: LaunchRequest, signal: AbortSignal): Promise<void> {
    const { host, evaluate } = this.#here;
    const { attempt } = request;
    if (!this.#running.has(attempt)) return;
    let checkpointDirectory: string | undefined;
    try {
      if (host.directory !== undefined) checkpointDirectory = await makeCheckpoint(resolve(host.directory), request);
    } catch (thrown) {
      const message = thrown instanceof FettleError ? thrown.toHuman() : String(thrown);
      this.#end(attempt, { kind: 'failed', failure: 'launch', message });
      return;
    }
    const end = await evaluateOnce({
      evaluate,
      request,
      objective: host.objective,
      checkpointDirectory,
      signal,
      report: (metrics, resource) => {
        // Whatever an evaluation says after it was abandoned comes too late.
        if (this.#running.has(attempt)) host.reported(attempt, { metrics, resource });
      },
    });
    this.#end(attempt, end);
  }

  #abandon(attempt: AttemptId): void {
    const message = 'It was to stop and did not; its function may still be computing.';
    this.#end(attempt, { kind: 'failed', failure: 'code', message });
  }

  #end(attempt: AttemptId, end: AttemptEnd): void {
    const running = this.#running.get(attempt);
    if (running === undefined || this.#closed) return;
    running.ladder.cancel();
    this.#running.delete(attempt);
    this.#here.host.ended(attempt, end);
  }
}

/**
 * Calls after the present work is done. On a real clock without a timer, which would cost each trial a millisecond; and
 * not as a microtask, for signals and input of the process must get their turn between two evaluations.
 */
function soon(clock: Clock, call: () => void): void {
  if (clock.idle === undefined) setImmediate(call);
  else clock.after(0, call);
}
