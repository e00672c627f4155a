import { type OptionSchemas, type Plugin, pluginOption, random } from '@fettle/core';
import { z } from 'zod';

/** The options that every stopping rule has. */
export interface StoppingOptions {
  /** Which configuration each new trial gets. Default: `random()`. */
  sampler?: Plugin<'sampler'> | undefined;
  /** Resource (epochs, steps, samples) below which no trial is stopped. Default: 0. */
  startResource?: number | undefined;
}

/** The schemas of {@link StoppingOptions}. */
export const stoppingOptions = {
  sampler: pluginOption('sampler').default(() => random()),
  startResource: z.number().nonnegative().default(0),
} satisfies OptionSchemas<StoppingOptions>;
