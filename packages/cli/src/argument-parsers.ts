import type { TrialState } from '@fettle/core';
import { InvalidArgumentError } from 'commander';

/** States of a trial, in the order of its life. */
export const STATES: readonly TrialState[] = ['queued', 'running', 'paused', 'completed', 'stopped', 'failed'];

/** States with commas between them; given again, they are added. */
export function states(text: string, before: readonly string[] = []): readonly string[] {
  const given = text.split(',').map((state) => state.trim());
  const unknown = given.find((state) => !STATES.some((known) => known === state));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no state '${unknown}'; states are ${STATES.join(', ')}.`);
  return [...new Set([...before, ...given])];
}

/** A whole number from 0. */
export function whole(text: string): number {
  return wholeFrom(0, text);
}

/** A whole number from 1. */
export function positive(text: string): number {
  return wholeFrom(1, text);
}

function wholeFrom(least: number, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && Number.isSafeInteger(value))) {
    throw new InvalidArgumentError(`It takes a whole number from ${least}, not '${text}'.`);
  }
  return value;
}
