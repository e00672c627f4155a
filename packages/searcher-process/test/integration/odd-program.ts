import { join } from 'node:path';
import {
  createRandomStream,
  float,
  type JsonObject,
  type Offer,
  type SearchSpace,
  type SearcherContext,
  searchSpace,
  type TrialView,
} from '@fettle/core';
import { onTestFinished } from 'vitest';
import { ProcessSearcher } from '../../src/process-searcher.ts';
import { type CheckedProcessOptions, processOptions } from '../../src/process-options.ts';

/** What was said to the logger. */
export type Said = { readonly level: string; readonly message: string }[];

/** A space of one number. */
const SPACE = searchSpace({ x: float({ min: 0, max: 1 }) });

/** What a searcher is made with, and what it says to the logger. */
export function contextOf(space: SearchSpace = SPACE, resumable = true): { context: SearcherContext; said: Said } {
  const said: Said = [];
  const to = (level: string) => (message: string) => void said.push({ level, message });
  const logger = { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') };
  const random = (purpose: string) => createRandomStream(1, purpose);
  return { context: { space, objective: { metric: 'loss', goal: 'minimize' }, resumable, random, logger }, said };
}

/** Options for the program that does as its options say. */
export function odd(options: JsonObject, more: Partial<CheckedProcessOptions> = {}): CheckedProcessOptions {
  const command = [process.execPath, join(import.meta.dirname, '../fixtures/odd.mjs')];
  return processOptions.parse({ command, options, answerSeconds: 20, ...more });
}

/** The searcher that this program is; closed when the test is over. */
export function searcherOf(
  options: JsonObject,
  more?: Partial<CheckedProcessOptions>,
): { searcher: ProcessSearcher; said: Said } {
  const { context, said } = contextOf();
  const searcher = new ProcessSearcher(odd(options, more), context);
  onTestFinished(() => searcher.close());
  return { searcher, said };
}

/** A free place. */
export function offer(trial = 1): Offer {
  const random = (purpose: string) => createRandomStream(7, trial, purpose);
  return { trial, draw: 0, active: new Map(), paused: new Map(), random };
}

/** A trial as searchers see it. */
export function view(id: number, more: Partial<TrialView> = {}): TrialView {
  return { id, configuration: { x: id / 10_000 }, origin: 'searcher', resource: 0, ...more };
}
