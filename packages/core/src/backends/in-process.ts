import { z } from 'zod';
import { API_VERSION } from '../plugin/api-version.ts';
import { defineBackend } from '../plugin/define.ts';
import { VERSION } from '../version.ts';
import { InProcessBackend } from './in-process-backend.ts';

/**
 * Calls a function for each attempt, in the driver's own process: for objectives written in TypeScript or JavaScript.
 * Several run at the same time only as far as they wait for something; a computation that never waits blocks the study,
 * its timers and its Ctrl-C until it returns.
 */
export const inProcess = defineBackend({
  name: 'in-process',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z
    .strictObject({
      workers: z.int().min(1).optional().meta({ description: 'Evaluations under way at the same time. Default: 1.' }),
    })
    .optional(),
  create: (options) => new InProcessBackend(options?.workers ?? 1),
});
