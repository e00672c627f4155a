import { z } from 'zod';
import { API_VERSION } from '../plugin/api-version.ts';
import { defineBackend, type FactoryOf, type OptionSchemas } from '../plugin/define.ts';
import { VERSION } from '../version.ts';
import { InProcessBackend } from './in-process-backend.ts';

/** Options of `inProcess`. */
export interface InProcessOptions {
  /** Evaluations under way at the same time. Default: 1. */
  workers?: number | undefined;
}

/**
 * Calls a function for each attempt, in the driver's own process: for objectives written in TypeScript or JavaScript.
 * Several run at the same time only as far as they wait for something; a computation that never waits blocks the study,
 * its timers and its Ctrl-C until it returns.
 */
export const inProcess: FactoryOf<'backend', InProcessOptions | undefined> = defineBackend({
  name: 'in-process',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z
    .strictObject({
      workers: z.int().min(1).optional(),
    } satisfies OptionSchemas<InProcessOptions>)
    .optional(),
  create: (options) => new InProcessBackend(options?.workers ?? 1),
});
