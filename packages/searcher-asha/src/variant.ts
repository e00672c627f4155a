import type { SearcherContext } from '@fettle/core';
import { z } from 'zod';

/** How trials that are not among the best leave a rung. See {@link chooseVariant}. */
export const variantOption = z.enum(['auto', 'promotion', 'stopping']).default('auto');

/** The variant that was settled on, and what people should know of it. */
export interface ChosenVariant {
  readonly variant: 'promotion' | 'stopping';
  readonly notes: readonly string[];
}

/**
 * Settles the variant by what the program can do, and says so.
 *
 * - `promotion`, the paper's rule: trials pause at every rung and the best are resumed. Each comparison is with everybody
 *   who has come so far, so it errs less; it needs a program that resumes from its checkpoint.
 * - `stopping`: trials run on unless they are not among the best of those before them. Nothing is resumed; the first to
 *   come have nobody to be compared with, so more is spent on bad ones.
 *
 * `auto` takes the first where the program can resume, the second where it cannot.
 */
export function chooseVariant(
  wanted: z.output<typeof variantOption>,
  { resumable, logger }: Pick<SearcherContext, 'resumable' | 'logger'>,
): ChosenVariant {
  const variant = wanted === 'auto' ? (resumable ? 'promotion' : 'stopping') : wanted;
  const notes: string[] = [];
  if (!resumable && wanted === 'auto') {
    notes.push('the program cannot resume, so trials are stopped at the rungs instead of paused (variant: stopping)');
  }
  if (!resumable && wanted === 'promotion') notes.push(beginsAgain('variant: stopping would not need that'));
  for (const note of notes) logger.info(note);
  return { variant, notes };
}

/** What is said of a program that cannot resume where trials pause all the same. */
export function beginsAgain(wayOut: string): string {
  return `the program cannot resume, so every trial that goes on begins again at 0 (${wayOut})`;
}
