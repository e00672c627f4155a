import { parseMemorySize, STOP_SIGNALS } from '@fettle/core';
import { z } from 'zod';
import { GPU_FORMS } from './container/gpu-request.ts';

/** A size as text; bytes once it is checked. */
const size = z.string().transform((text, context) => {
  const bytes = parseMemorySize(text);
  if (bytes !== undefined) return bytes;
  context.addIssue('expected a size such as 512MiB, 2GiB or 1.5GB');
  return z.NEVER;
});
const gpu = z.union([
  z.int().min(0).transform(String),
  z.string().regex(/^[^\s,]+$/, 'expected an index, a UUID or a name'),
]);
const limit = z.int().min(-1);
const absolute = z.string().regex(/^\//, 'expected an absolute path');

const mount = z.strictObject({
  source: z.string().min(1),
  target: absolute,
  writable: z.boolean().default(false),
});

const build = z.strictObject({
  context: z.string().min(1),
  dockerfile: z.string().min(1).default('Dockerfile'),
  target: z.string().min(1).optional(),
  arguments: z.record(z.string(), z.string()).default({}),
});

const sagemaker = z.strictObject({
  resource: z.string().min(1).optional(),
  hyperparameters: z.record(z.string(), z.string()).default({}),
  channels: z.record(z.string().regex(/^[A-Za-z0-9._-]+$/), z.string().min(1)).default({}),
});

/** Options of the Docker backend. */
export const dockerOptions = z
  .strictObject({
    image: z.string().min(1).optional(),
    build: build.optional(),
    pull: z.enum(['missing', 'always', 'never']).default('missing'),
    host: z.string().min(1).optional(),
    context: z.string().min(1).optional(),
    workers: z.int().min(1).optional(),
    contract: z.enum(['fettle', 'sagemaker']).default('fettle'),
    sagemaker: sagemaker.optional(),
    workingDirectory: absolute.optional(),
    entrypoint: z.array(z.string()).optional(),
    mounts: z.array(mount).default([]),
    secrets: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/)).default([]),
    user: z
      .union([z.enum(['caller', 'image']), z.string().regex(/^\d+(:\d+)?$/, "expected caller, image or '1000:1000'")])
      .default('caller'),
    network: z.string().min(1).default('none'),
    readOnlyRoot: z.boolean().default(true),
    capabilities: z.array(z.string().min(1)).default([]),
    newPrivileges: z.boolean().default(false),
    engineSocket: z.boolean().default(false),
    userNamespace: z.literal('host').optional(),
    cpus: z.number().positive().optional(),
    cpuset: z
      .string()
      .regex(/^\d+(-\d+)?(,\d+(-\d+)?)*$/, "expected a list such as '0-3,8'")
      .optional(),
    memory: size.optional(),
    processes: z.int().min(1).default(4096),
    tmp: size.prefault('1GiB'),
    sharedMemory: size.prefault('1GiB'),
    ulimits: z
      .record(z.string().regex(/^[a-z]+$/), z.union([limit, z.strictObject({ soft: limit, hard: limit })]))
      .default({}),
    gpus: z.union([z.literal('auto'), z.array(gpu).min(1)]).optional(),
    trialsPerGpu: z.int().min(1).optional(),
    gpusPerTrial: z.int().min(1).optional(),
    gpuForm: z.enum(['auto', ...GPU_FORMS]).default('auto'),
    devices: z.array(absolute).default([]),
    stopSignal: z.enum(STOP_SIGNALS).optional(),
  })
  .refine(({ image, build: built }) => (image === undefined) !== (built === undefined), {
    path: ['image'],
    error: 'name an image, or give `build` to have one built: exactly one of the two',
  })
  .refine(({ host, context }) => host === undefined || context === undefined, {
    path: ['context'],
    error: 'give `host` or `context`, not both',
  })
  .refine(({ contract, sagemaker: given }) => given === undefined || contract === 'sagemaker', {
    path: ['sagemaker'],
    error: 'has a meaning only with `contract: sagemaker`',
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
  );

/** Options of the Docker backend, checked. */
export type DockerOptions = z.output<typeof dockerOptions>;
