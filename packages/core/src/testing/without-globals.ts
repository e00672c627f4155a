import { isPromise, type MaybePromise } from '../domain/json.ts';
import { fail } from './sampler-session.ts';

/**
 * Takes the global sources of randomness and time away while something is done. That one was asked for is said in the end, even
 * if whoever asked has caught what was thrown.
 * @throws Error that names the source that was asked for first
 */
export function withoutGlobals<T>(work: () => MaybePromise<T>): MaybePromise<T> {
  let used: string | undefined;
  const refused =
    (name: string, instead: string): Refused =>
    () => {
      used ??= `it called ${name}; ${instead}`;
      return fail(used);
    };
  const random = (name: string): Refused => refused(name, 'use offer.random(purpose)');
  const time = (name: string): Refused => refused(name, 'nothing that decides looks at the time');
  const put = [
    replace(Math, 'random', random('Math.random')),
    replace(crypto, 'randomUUID', random('crypto.randomUUID')),
    replace(crypto, 'getRandomValues', random('crypto.getRandomValues')),
    replace(performance, 'now', time('performance.now')),
    replace(globalThis, 'Date', timeless(time)),
  ];
  const putBack = (): void => {
    for (const back of put) back();
  };
  const checked = (answer: T): T => (used === undefined ? answer : fail(used));
  let answer: MaybePromise<T>;
  try {
    answer = work();
  } catch (thrown) {
    putBack();
    throw thrown;
  }
  if (isPromise(answer)) return answer.finally(putBack).then(checked);
  putBack();
  return checked(answer);
}

type Refused = () => never;

/** Puts something else in the place of a property. @returns puts it back */
function replace(owner: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, before);
  };
}

/** `Date` for times that are given, not for what time it is. */
function timeless(time: (name: string) => Refused): DateConstructor {
  return new Proxy(Date, {
    get: (target, name) => (name === 'now' ? time('Date.now') : Reflect.get(target, name)),
    apply: () => time('Date')(),
    construct: (target, given, made) =>
      given.length === 0 ? time('new Date')() : Reflect.construct(target, given, made),
  });
}
