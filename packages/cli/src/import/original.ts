import { FettleError } from '@fettle/core/errors';
import type { ImportNote } from './imported-study.ts';

/** A map of the original. */
type Fields = { readonly [key: string]: unknown };

/**
 * The original, read with care: every value is checked where it is asked for, and what nobody asked for is told in the end,
 * so that nothing is dropped silently.
 */
export class Original {
  readonly #fields: Fields;
  readonly #path: string;
  readonly #read = new Set<string>();
  readonly #inner: Original[] = [];
  readonly #problems: string[];

  /** @param problems gets what is wrong */
  constructor(value: unknown, path: string, problems: string[]) {
    this.#path = path;
    this.#problems = problems;
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isMap) problems.push(`${path === '' ? 'the file' : path} is not a map`);
    this.#fields = isMap ? (value as Fields) : {};
  }

  get keys(): readonly string[] {
    return Object.keys(this.#fields);
  }

  /** Path of a key, for messages. */
  at(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }

  /** Says that something is wrong with a key. */
  problem(key: string, text: string): void {
    this.#problems.push(`${this.at(key)} ${text}`);
  }

  has(key: string): boolean {
    return this.#fields[key] !== undefined && this.#fields[key] !== null;
  }

  /** The value as it is. */
  raw(key: string): unknown {
    this.#read.add(key);
    return this.#fields[key] ?? undefined;
  }

  text(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === 'string') return value;
    this.problem(key, `must be a text, got ${JSON.stringify(value)}`);
    return undefined;
  }

  /** A number, also one that is written as a text, as SageMaker does. */
  number(key: string): number | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    this.problem(key, `must be a number, got ${JSON.stringify(value)}`);
    return undefined;
  }

  boolean(key: string): boolean | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === 'boolean') return value;
    this.problem(key, `must be true or false, got ${JSON.stringify(value)}`);
    return undefined;
  }

  /** A map inside; an empty one if it is not there. */
  map(key: string): Original {
    const value = this.raw(key);
    const inner = new Original(value ?? {}, this.at(key), this.#problems);
    this.#inner.push(inner);
    return inner;
  }

  /** The maps of a list; none if it is not there. */
  maps(key: string): readonly Original[] {
    return this.list(key).map((value, index) => {
      const inner = new Original(value, `${this.at(key)}[${index}]`, this.#problems);
      this.#inner.push(inner);
      return inner;
    });
  }

  list(key: string): readonly unknown[] {
    const value = this.raw(key);
    if (value === undefined || Array.isArray(value)) return value ?? [];
    this.problem(key, `must be a list, got ${JSON.stringify(value)}`);
    return [];
  }

  /** Keys that are known to have no counterpart: told with a text of their own. */
  drop(key: string, text: string, notes: ImportNote[]): void {
    if (!this.has(key)) return;
    this.#read.add(key);
    notes.push({ path: this.at(key), text });
  }

  /** Everything that nobody has asked for. */
  unread(): ImportNote[] {
    const own = this.keys
      .filter((key) => !this.#read.has(key))
      .map((key) => ({ path: this.at(key), text: 'has no counterpart and was left out' }));
    return [...own, ...this.#inner.flatMap((inner) => inner.unread())];
  }
}

/** Refuses an original with everything that is wrong with it. @throws FettleError `usage` */
export function requireSound(problems: readonly string[], file: string): void {
  if (problems.length === 0) return;
  throw new FettleError('usage', `${file} cannot be imported:\n${problems.map((text) => `  ${text}`).join('\n')}`, {
    remedy: 'Correct these values and import it again.',
  });
}
