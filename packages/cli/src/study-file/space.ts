import { FettleError, parseSearchSpace, type SearchSpace } from '@fettle/core';
import { didYouMean } from '../text/did-you-mean.ts';
import type { Problem } from './problems.ts';
import type { Path } from './source.ts';

const KEYS = ['type', 'min', 'max', 'scale', 'step', 'values', 'value', 'when'] as const;
const TYPES = ['float', 'int', 'categorical', 'ordinal', 'constant'] as const;

/**
 * The search space of a study file.
 * @param space what stands under `space`: the parameters by name, or `parameters` and `forbidden`
 * @param forbidden what stands under `forbidden` at the top of the file
 * @param problems gets everything that is wrong, each at its place
 */
export function makeSpace(
  space: { readonly [name: string]: unknown },
  forbidden: readonly unknown[] | undefined,
  problems: Problem[],
): SearchSpace | undefined {
  const isLong = isMap(space['parameters']) && typeof space['parameters']['type'] !== 'string';
  if (isLong && forbidden !== undefined) {
    problems.push({
      path: ['forbidden'],
      part: 'key',
      message: 'stands beside `space.parameters`',
      remedy: 'Move it into `space`.',
    });
    return undefined;
  }
  const parameters = isLong ? (space['parameters'] as { readonly [name: string]: unknown }) : space;
  const parametersAt: Path = isLong ? ['space', 'parameters'] : ['space'];
  const forbiddenAt: Path = isLong ? ['space', 'forbidden'] : ['forbidden'];
  try {
    return parseSearchSpace(isLong ? space : forbidden === undefined ? { parameters } : { parameters, forbidden });
  } catch (thrown) {
    if (!(thrown instanceof FettleError) || thrown.code !== 'space-invalid') throw thrown;
    for (const text of sentences(thrown.message)) problems.push(placed(text, parameters, parametersAt, forbiddenAt));
    return undefined;
  }
}

/** The single problems of the message: the one behind the colon, or one on each line. */
function sentences(message: string): string[] {
  const [, ...lines] = message.split('\n');
  return lines.length > 0 ? lines.map((line) => line.trim()) : [message.slice(message.indexOf(': ') + 2)];
}

/** A problem with the place that its first words name: `rate: min 0 …`, `rate: when.kind: …`, `forbidden[0]: rate: …`. */
function placed(
  text: string,
  parameters: { readonly [name: string]: unknown },
  parametersAt: Path,
  forbiddenAt: Path,
): Problem {
  const clause = /^forbidden\[(\d+)\]: (?:(\S+): )?(.*)$/s.exec(text);
  if (clause !== null) {
    const [, index, name, message = text] = clause;
    return { path: [...forbiddenAt, Number(index), ...(name === undefined ? [] : [name])], message };
  }
  const name = Object.keys(parameters)
    .filter((candidate) => text.startsWith(`${candidate}: `))
    .sort((a, b) => b.length - a.length)[0];
  if (name === undefined) return { path: parametersAt, message: text };
  const message = text.slice(name.length + 2);
  const at = [...parametersAt, name];
  const unknown = /^unknown key '?([^',]+)'?/.exec(message)?.[1];
  if (unknown !== undefined) {
    const near = didYouMean(unknown, KEYS);
    return {
      path: [...at, unknown],
      part: 'key',
      message: 'is not known',
      remedy: near === undefined ? `Known here: ${KEYS.join(', ')}.` : `Did you mean '${near}'?`,
    };
  }
  const parent = /^when\.([^:\s]+): (.*)$/s.exec(message);
  if (parent?.[1] !== undefined && parent[2] !== undefined) {
    const near = didYouMean(
      parent[1],
      Object.keys(parameters).filter((other) => other !== name),
    );
    const missing = parent[2].startsWith('there is no parameter');
    return {
      path: [...at, 'when', parent[1]],
      part: 'key',
      message: parent[2],
      remedy: missing && near !== undefined ? `Did you mean '${near}'?` : undefined,
    };
  }
  const [word = '', ...rest] = message.split(' ');
  if (!(KEYS as readonly string[]).includes(word)) return { path: at, message };
  const spec = parameters[name];
  const type = isMap(spec) ? spec['type'] : undefined;
  const near = word === 'type' && typeof type === 'string' ? didYouMean(type, TYPES) : undefined;
  return {
    path: [...at, word],
    message: rest.join(' ').replace(/^(.*), got undefined$/, 'is missing; it $1'),
    remedy: near === undefined ? undefined : `Did you mean '${near}'?`,
  };
}

function isMap(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
