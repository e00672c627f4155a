import { z } from 'zod';
import type { OptionSchemas } from '../plugin/define.ts';
import { STOP_SIGNALS } from './launcher-script.ts';
import { parseMemorySize } from './memory-size.ts';

const gpu = z.union([z.int().min(0).transform(String), z.string().regex(/^[^\s,]+$/, 'expected an index or a UUID')]);

/** Options of `local`. */
export interface LocalOptions {
  /** Attempts that run at the same time. Default: as many as the GPUs allow, else half the cores. */
  workers?: number | undefined;
  /** GPUs to lease to attempts: `auto` for all there are, or their indices or UUIDs. Default: none. */
  gpus?: 'auto' | (number | string)[] | undefined;
  /** Attempts that share one GPU. Default: 1. */
  trialsPerGpu?: number | undefined;
  /** GPUs that one attempt gets. Default: 1. */
  gpusPerTrial?: number | undefined;
  /** Memory that one attempt may use, with all its processes; above it, it is killed: `512MiB`, `2GiB`. Default: any. */
  memory?: string | undefined;
  /** Signal sent together with the stop file, for programs that save themselves on a signal. Default: none. */
  stopSignal?: (typeof STOP_SIGNALS)[number] | undefined;
}

/** Options of the local backend. */
export const localOptions = z
  .strictObject({
    workers: z.int().min(1).optional(),
    gpus: z.union([z.literal('auto'), z.array(gpu).min(1)]).optional(),
    trialsPerGpu: z.int().min(1).optional(),
    gpusPerTrial: z.int().min(1).optional(),
    memory: z
      .string()
      .refine((text) => parseMemorySize(text) !== undefined, 'expected a size such as 512MiB, 2GiB or 1.5GB')
      .optional(),
    stopSignal: z.enum(STOP_SIGNALS).optional(),
  } satisfies OptionSchemas<LocalOptions>)
  .refine(({ trialsPerGpu = 1, gpusPerTrial = 1 }) => trialsPerGpu === 1 || gpusPerTrial === 1, {
    path: ['trialsPerGpu'],
    error: 'attempts that get several GPUs cannot share them: leave out trialsPerGpu or gpusPerTrial',
  })
  .refine(
    ({ gpus, trialsPerGpu, gpusPerTrial }) => gpus !== undefined || (trialsPerGpu ?? gpusPerTrial) === undefined,
    {
      path: ['gpus'],
      error: 'trialsPerGpu and gpusPerTrial say how GPUs are shared out: name the GPUs as well',
    },
  )
  .optional();

/** Options of the local backend, checked. */
export type CheckedLocalOptions = NonNullable<z.output<typeof localOptions>>;
