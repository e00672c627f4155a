import { EventEmitter } from 'eventemitter3';
import { STUDY_EVENT_TYPES, type StudyEvent, type StudyEventType } from '../domain/event.ts';
import { isPromise } from '../domain/json.ts';
import { FettleError, messageOf } from '../errors.ts';
import type { Disposer } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';

/** Hears one kind of event; what it returns is ignored, what it throws is logged. */
export type EventListener<T extends StudyEventType> = (event: StudyEvent<T>) => unknown;

/**
 * Publishes what has been committed. Listeners are isolated: one that throws, or whose promise is rejected, is logged and
 * disturbs neither the others nor the study.
 */
export class EventHub {
  readonly #emitter = new EventEmitter();
  readonly #logger: Logger;
  /** Most studies are watched by nobody. */
  #listeners = 0;

  /** @param logger hears of listeners that fail */
  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Listens to one kind of event, or to all with `*`.
   * @returns stops listening
   * @throws FettleError `options-invalid` if there is no such event
   */
  on<T extends StudyEventType>(type: T, listener: EventListener<T>): Disposer;
  on(type: '*', listener: EventListener<StudyEventType>): Disposer;
  on(type: StudyEventType | '*', listener: (event: never) => unknown): Disposer {
    if (type !== '*' && !STUDY_EVENT_TYPES.includes(type)) {
      const names = STUDY_EVENT_TYPES.map((name) => `'${name}'`).join(', ');
      throw new FettleError('options-invalid', `There is no event '${type}'; there are ${names}, and '*' for all.`);
    }
    const fail = (thrown: unknown): void => {
      this.#logger.error(`A listener of '${type}' failed: ${messageOf(thrown)}`);
    };
    const isolated = (event: StudyEvent): void => {
      try {
        const answer = listener(event as never);
        if (isPromise(answer)) answer.then(undefined, fail);
      } catch (thrown) {
        fail(thrown);
      }
    };
    this.#emitter.on(type, isolated);
    this.#listeners += 1;
    let listening = true;
    return () => {
      if (!listening) return;
      listening = false;
      this.#listeners -= 1;
      this.#emitter.off(type, isolated);
    };
  }

  /** Publishes an event to its listeners, in the order in which they came. */
  publish(event: StudyEvent): void {
    if (this.#listeners === 0) return;
    this.#emitter.emit(event.type, event);
    this.#emitter.emit('*', event);
  }
}
