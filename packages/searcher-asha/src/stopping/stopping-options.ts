import { pluginOption, random } from '@fettle/core';
import { z } from 'zod';

/** The options that every stopping rule has. */
export const stoppingOptions = {
  /** Which configuration each new trial gets; `random()` if not given. */
  sampler: pluginOption('sampler').default(() => random()),
  /** Resource (epochs, steps, samples) below which no trial is stopped. */
  startResource: z.number().nonnegative().default(0),
};
