import { z } from 'zod';
import { STOP_SIGNALS } from './launcher-script.ts';
import { parseMemorySize } from './memory-size.ts';

const gpu = z.union([z.int().min(0).transform(String), z.string().regex(/^[^\s,]+$/, 'expected an index or a UUID')]);

/** Options of the local backend. */
export const localOptions = z
  .strictObject({
    workers: z.int().min(1).optional().meta({
      description: 'Attempts that run at the same time. Default: as many as the GPUs allow, else half the cores.',
    }),
    gpus: z
      .union([z.literal('auto'), z.array(gpu).min(1)])
      .optional()
      .meta({ description: "GPUs to lease to attempts: 'auto' for all there are, or their indices or UUIDs." }),
    trialsPerGpu: z.int().min(1).optional().meta({ description: 'Attempts that share one GPU. Default: 1.' }),
    gpusPerTrial: z.int().min(1).optional().meta({ description: 'GPUs that one attempt gets. Default: 1.' }),
    memory: z
      .string()
      .refine((text) => parseMemorySize(text) !== undefined, 'expected a size such as 512MiB, 2GiB or 1.5GB')
      .optional()
      .meta({ description: 'Memory that one attempt may use, with all its processes; above it, it is killed.' }),
    stopSignal: z
      .enum(STOP_SIGNALS)
      .optional()
      .meta({ description: 'Signal sent together with the stop file, for programs that save themselves on a signal.' }),
  })
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
export type LocalOptions = NonNullable<z.output<typeof localOptions>>;
