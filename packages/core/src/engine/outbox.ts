import type { StudyEvent, StudyEvents, StudyEventType } from '../domain/event.ts';
import type { Action } from './action.ts';
import type { LiveTrial } from './live-trial.ts';
import type { StudyState } from './study-state.ts';

/**
 * What a turn has brought about: events, already applied to the state and waiting to be committed, and actions, waiting
 * until they are.
 */
export class Outbox {
  readonly #state: StudyState;
  #events: StudyEvent[] = [];
  #actions: Action[] = [];
  #touched = new Set<LiveTrial>();

  constructor(state: StudyState) {
    this.#state = state;
  }

  /** How many events are waiting to be committed. */
  get pending(): number {
    return this.#events.length;
  }

  /** Makes an event and applies it. */
  emit<T extends StudyEventType>(type: T, body: StudyEvents[T], at: number): void {
    const event = { seq: this.#state.seq + 1, at, type, body } as StudyEvent;
    const trial = this.#state.apply(event);
    if (trial !== undefined) this.#touched.add(trial);
    this.#events.push(event);
  }

  /** Asks for an action. */
  act(action: Action): void {
    this.#actions.push(action);
  }

  /**
   * Gives the events made since the last commit, and the trials they changed, to whoever commits them. If that throws they go on
   * waiting: a commit that failed can be made again, with what has been added since.
   * @returns what was committed
   */
  commit(write: (events: readonly StudyEvent[], trials: ReadonlySet<LiveTrial>) => void): {
    readonly events: readonly StudyEvent[];
    readonly trials: ReadonlySet<LiveTrial>;
  } {
    const committed = { events: this.#events, trials: this.#touched };
    write(committed.events, committed.trials);
    this.#events = [];
    this.#touched = new Set();
    return committed;
  }

  /** Takes the actions asked for since the last call; to be done once the events before them are committed. */
  takeActions(): Action[] {
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }
}
