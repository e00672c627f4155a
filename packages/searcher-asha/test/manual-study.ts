import {
  createRandomStream,
  parseSearchSpace,
  silentLogger,
  type Decision,
  type FailureClass,
  type Offer,
  type Plugin,
  type Searcher,
  type SearcherContext,
  type Suggestion,
  type TrialId,
  type TrialOutcome,
  type TrialView,
} from '@fettle/core';

export const SPACE = parseSearchSpace({ x: { type: 'float', min: 0, max: 1 } });

/** What a searcher is made with in tests. */
export function testContext(change: Partial<SearcherContext> = {}): SearcherContext {
  return {
    space: SPACE,
    objective: { metric: 'loss', goal: 'minimize' },
    resumable: true,
    random: (purpose) => createRandomStream(1, 'study', purpose),
    logger: silentLogger(),
    ...change,
  };
}

type Writable = { -readonly [K in keyof TrialView]: TrialView[K] };

/**
 * A study led by hand, call by call, in the engine's order and by its rules: what a test says happens, happens. It writes
 * down what the searcher was told, so that another one can be rebuilt from it at any moment.
 */
export class ManualStudy {
  searcher: Searcher;
  readonly active = new Map<TrialId, Writable>();
  readonly paused = new Map<TrialId, Writable>();
  readonly #make: () => Searcher;
  readonly #history: ((searcher: Searcher) => unknown)[] = [];
  /** Trials with the last decision, if it was not to go on. */
  readonly #decided = new Map<TrialId, Decision>();
  #trials = 0;

  constructor(plugin: Plugin<'searcher'>, context: Partial<SearcherContext> = {}) {
    this.#make = () => plugin.create(testContext(context));
    this.searcher = this.#make();
  }

  offer(draw = 0): Offer {
    const trial = this.#trials + 1;
    return {
      trial,
      draw,
      active: this.active,
      paused: this.paused,
      random: (purpose) => createRandomStream(1, 'trial', trial, purpose, draw),
    };
  }

  /** Asks, without doing what is answered. Only for searchers that answer at once. */
  ask(): Suggestion {
    return this.searcher.ask(this.offer()) as Suggestion;
  }

  /** Asks and does what is answered. */
  step(): Suggestion {
    const suggestion = this.ask();
    if (suggestion.kind === 'start') {
      const { configuration, until } = suggestion;
      this.#trials += 1;
      const view: Writable = { id: this.#trials, configuration, origin: 'searcher', until, resource: 0 };
      this.active.set(view.id, view);
      this.#tell(view, (searcher, trial) => searcher.started?.(trial));
    } else if (suggestion.kind === 'resume') {
      const view = this.paused.get(suggestion.trial);
      if (view === undefined) throw new Error(`trial ${suggestion.trial} was resumed, but is not paused`);
      this.paused.delete(view.id);
      this.active.set(view.id, view);
      view.until = suggestion.until;
      this.#tell(view, (searcher, trial) => searcher.resumed?.(trial));
    } else if (suggestion.kind === 'stop') {
      const view = this.paused.get(suggestion.trial);
      if (view === undefined) throw new Error(`trial ${suggestion.trial} was stopped, but is not paused`);
      this.paused.delete(view.id);
      const outcome: TrialOutcome = { state: 'stopped', resource: view.resource, reason: suggestion.reason };
      this.#tell(view, (searcher, trial) => searcher.ended?.(trial, outcome));
    }
    return suggestion;
  }

  /** Starts trials until so many are running. @returns the last one's number */
  start(count = 1): TrialId {
    for (let index = 0; index < count; index += 1) {
      const { kind } = this.step();
      if (kind !== 'start') throw new Error(`wanted a start, got ${kind}`);
    }
    return this.#trials;
  }

  /** A running trial reports. */
  report(id: TrialId, resource: number, value: number): Decision {
    const view = this.#running(id);
    if (resource <= view.resource) return { kind: 'continue' };
    const report = { resource, value, metrics: { loss: value } };
    const decision = this.#tell(view, (searcher, trial) => searcher.report(trial, report)) as Decision;
    view.resource = resource;
    view.value = value;
    if (decision.kind === 'continue') this.#decided.delete(id);
    else this.#decided.set(id, decision);
    return decision;
  }

  /** The program of a running trial ends by itself: the trial becomes what was decided, or is complete. */
  finish(id: TrialId): void {
    const decision = this.#decided.get(id);
    const { resource, value } = this.#running(id);
    if (decision === undefined)
      this.end(id, { state: 'completed', value: value ?? Number.POSITIVE_INFINITY, resource });
    else if (decision.kind === 'pause') this.end(id, { state: 'paused', resource });
    else this.end(id, { state: 'stopped', resource, reason: decision.reason ?? '' });
  }

  fail(id: TrialId, failure: FailureClass = 'code'): void {
    this.end(id, { state: 'failed', failure, resource: this.#running(id).resource, message: 'failed in a test' });
  }

  end(id: TrialId, outcome: TrialOutcome): void {
    const view = this.#running(id);
    this.active.delete(id);
    this.#decided.delete(id);
    if (outcome.state === 'paused') this.paused.set(id, view);
    this.#tell(view, (searcher, trial) => searcher.ended?.(trial, outcome));
  }

  /** Reports at the level the trial was given, and ends there. @returns the decision */
  run(id: TrialId, value: number): Decision {
    const decision = this.report(id, this.#running(id).until!, value);
    this.finish(id);
    return decision;
  }

  /** Goes on with a fresh searcher that was told the whole history, as after a crash. */
  restart(): void {
    this.searcher = this.#make();
    for (const tell of this.#history) tell(this.searcher);
  }

  get trials(): number {
    return this.#trials;
  }

  #running(id: TrialId): Writable {
    const view = this.active.get(id);
    if (view === undefined) throw new Error(`trial ${id} is not running`);
    return view;
  }

  #tell(view: Writable, tell: (searcher: Searcher, trial: TrialView) => unknown): unknown {
    const copy = { ...view };
    this.#history.push((searcher) => tell(searcher, copy));
    return tell(this.searcher, view);
  }
}
