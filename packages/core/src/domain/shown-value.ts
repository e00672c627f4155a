import { inspect } from 'node:util';

/** Any value as messages show it: on one line, shortened to so many characters. */
export function shownValue(value: unknown, most = 60): string {
  const whole = inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
  return whole.length > most ? `${whole.slice(0, most - 1)}…` : whole;
}
