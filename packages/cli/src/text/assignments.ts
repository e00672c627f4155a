import type { Configuration } from '@fettle/core';
import { formatParameter } from './number.ts';

/** A configuration for people, a word for each parameter: `rate=0.01`. */
export function assignments(configuration: Configuration): string[] {
  return Object.entries(configuration).map(([name, value]) => `${name}=${formatParameter(value)}`);
}
