import { isPromise } from '../domain/json.ts';
import { shownValue } from '../domain/shown-value.ts';
import { FettleError } from '../errors.ts';

/** The methods that the port of each kind of plugin must have. */
const METHODS = {
  searcher: ['ask', 'report'],
  sampler: ['sample'],
  backend: ['open', 'adopt', 'launch', 'stop', 'capacity', 'close'],
  'metric-source': ['parse'],
} as const;
type Kind = keyof typeof METHODS;

/**
 * Refuses a definition that is none: the compiler sees that in TypeScript that is checked, but nothing does in JavaScript and
 * where types are only stripped.
 * @throws FettleError `plugin-invalid` with everything that is missing
 */
export function requireDefinition(kind: Kind, given: unknown): void {
  const problems: string[] = [];
  if (typeof given !== 'object' || given === null) {
    problems.push(`it must be an object with name, version, apiVersion, options and create, not ${shownValue(given)}`);
  } else {
    const { name, version, apiVersion, options, create } = given as { readonly [key: string]: unknown };
    if (typeof name !== 'string' || name === '') problems.push(`name: expected a text, not ${shownValue(name)}`);
    if (typeof version !== 'string')
      problems.push(`version: expected a text such as '1.0.0', not ${shownValue(version)}`);
    if (typeof apiVersion !== 'number')
      problems.push(`apiVersion: expected API_VERSION, not ${shownValue(apiVersion)}`);
    if (typeof (options as { readonly safeParse?: unknown } | null | undefined)?.safeParse !== 'function') {
      problems.push(`options: expected a schema, z.strictObject({}) if there are none, not ${shownValue(options)}`);
    }
    if (typeof create !== 'function') problems.push(`create: expected a function, not ${shownValue(create)}`);
  }
  if (problems.length === 0) return;
  const { name } = Object(given) as { readonly name?: unknown };
  const who = typeof name === 'string' && name !== '' ? `the ${kind} '${name}'` : `a ${kind}`;
  throw new FettleError('plugin-invalid', `The definition of ${who} is not right:\n  ${problems.join('\n  ')}`);
}

/**
 * Refuses what `create` made if it is not what the kind of plugin must be.
 * @throws FettleError `plugin-invalid`
 */
export function requirePort(kind: Kind, name: string, made: unknown): void {
  const who = `The ${kind} '${name}'`;
  const methods: readonly string[] = METHODS[kind];
  if (isPromise(made)) {
    // Nobody waits for it: what it may still throw would end the process.
    made.then(undefined, () => undefined);
    throw new FettleError('plugin-invalid', `${who} cannot be used: its create() answered with a promise.`, {
      remedy: `Make create() synchronous; what takes its time belongs into ${kind === 'backend' ? 'open' : methods[0]}().`,
    });
  }
  if (typeof made !== 'object' || made === null) {
    throw new FettleError('plugin-invalid', `${who} cannot be used: its create() answered with ${shownValue(made)}.`, {
      remedy: `Answer with an object that has ${methods.map((method) => `${method}()`).join(', ')}.`,
    });
  }
  const missing = methods.filter((method) => typeof (made as Record<string, unknown>)[method] !== 'function');
  if (missing.length === 0) return;
  const names = missing.map((method) => `${method}()`).join(', ');
  throw new FettleError('plugin-invalid', `${who} cannot be used: what its create() made has no ${names}.`);
}
