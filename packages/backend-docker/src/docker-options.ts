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
  source: z.string().min(1).meta({ description: 'Folder or file outside; relative to the folder the study runs in.' }),
  target: absolute.meta({ description: 'Where the container sees it.' }),
  writable: z.boolean().default(false).meta({ description: 'Whether attempts may change it. Default: no.' }),
});

const build = z.strictObject({
  context: z
    .string()
    .min(1)
    .meta({ description: 'Folder that the image is built from; relative to where the study runs.' }),
  dockerfile: z
    .string()
    .min(1)
    .default('Dockerfile')
    .meta({ description: 'Path of the Dockerfile within the context.' }),
  target: z.string().min(1).optional().meta({ description: 'Stage of the Dockerfile to build.' }),
  arguments: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: 'Build arguments. Recorded: no secrets.' }),
});

const sagemaker = z.strictObject({
  resource: z.string().min(1).optional().meta({
    description: 'Hyperparameter that says how far to train, if the searcher allots resources: epochs, num_round …',
  }),
  hyperparameters: z.record(z.string(), z.string()).default({}).meta({ description: 'Values that are not tuned.' }),
  channels: z
    .record(z.string().regex(/^[A-Za-z0-9._-]+$/), z.string().min(1))
    .default({})
    .meta({
      description: 'Input channels: the folder for each, seen as /opt/ml/input/data/<channel>.',
    }),
});

/** Options of the Docker backend. */
export const dockerOptions = z
  .strictObject({
    image: z.string().min(1).optional().meta({ description: 'Image that attempts run in; or give `build`.' }),
    build: build.optional().meta({ description: 'Builds the image from a Dockerfile, once for each session.' }),
    pull: z.enum(['missing', 'always', 'never']).default('missing').meta({ description: 'When to fetch the image.' }),
    host: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'Address of the engine. Default: as the docker command has it.' }),
    context: z.string().min(1).optional().meta({ description: 'Context of the docker command that names the engine.' }),
    workers: z.int().min(1).optional().meta({
      description: 'Attempts that run at the same time. Default: as many as the GPUs allow, else half the cores.',
    }),
    contract: z.enum(['fettle', 'sagemaker']).default('fettle').meta({
      description: 'How the image expects its configuration; `sagemaker` adds the files under /opt/ml.',
    }),
    sagemaker: sagemaker.optional().meta({ description: 'More of what a container made for SageMaker expects.' }),
    workingDirectory: absolute
      .optional()
      .meta({ description: "Folder in the container to run in. Default: the image's." }),
    entrypoint: z.array(z.string()).optional().meta({
      description: "What runs the study's command, instead of the image's own entry point; [] for nothing.",
    }),
    mounts: z.array(mount).default([]).meta({ description: 'Folders and files that attempts see: code, data.' }),
    secrets: z
      .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/))
      .default([])
      .meta({
        description: "Variables of the driver's environment that attempts get. Only the names are stored.",
      }),
    user: z
      .union([z.enum(['caller', 'image']), z.string().regex(/^\d+(:\d+)?$/, "expected caller, image or '1000:1000'")])
      .default('caller')
      .meta({ description: 'Whom attempts run as. Default: you, so that the files they write are yours.' }),
    network: z.string().min(1).default('none').meta({
      description: 'Network of the attempts: none, bridge, host or the name of one. Default: none.',
    }),
    readOnlyRoot: z.boolean().default(true).meta({ description: "Whether the image's files are read-only." }),
    capabilities: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: 'Capabilities to give; none by default.' }),
    newPrivileges: z.boolean().default(false).meta({ description: 'Whether programs may gain privileges (setuid).' }),
    engineSocket: z.boolean().default(false).meta({
      description: 'Whether mounts may hand out the socket of an engine: whoever has it has the whole machine.',
    }),
    userNamespace: z.literal('host').optional().meta({
      description: 'Leaves the user mapping of an engine out, where there is one.',
    }),
    cpus: z.number().positive().optional().meta({ description: 'Processors that one attempt may use: 2, 0.5.' }),
    cpuset: z
      .string()
      .regex(/^\d+(-\d+)?(,\d+(-\d+)?)*$/, "expected a list such as '0-3,8'")
      .optional()
      .meta({
        description: 'Processors that attempts are bound to.',
      }),
    memory: size.optional().meta({ description: 'Memory that one attempt may use; above it, the kernel kills it.' }),
    processes: z.int().min(1).default(4096).meta({ description: 'Processes and threads that one attempt may have.' }),
    tmp: size.prefault('1GiB').meta({ description: 'Size of /tmp, which is kept in memory.' }),
    sharedMemory: size.prefault('1GiB').meta({ description: 'Size of /dev/shm; counts as memory.' }),
    ulimits: z
      .record(z.string().regex(/^[a-z]+$/), z.union([limit, z.strictObject({ soft: limit, hard: limit })]))
      .default({})
      .meta({ description: 'Limits of the attempts’ processes by name: nofile, core, fsize (bytes) …; -1 for none.' }),
    gpus: z
      .union([z.literal('auto'), z.array(gpu).min(1)])
      .optional()
      .meta({
        description:
          "GPUs to lease to attempts: 'auto' for all there are, or their indices, UUIDs, CDI names or files.",
      }),
    trialsPerGpu: z.int().min(1).optional().meta({ description: 'Attempts that share one GPU. Default: 1.' }),
    gpusPerTrial: z.int().min(1).optional().meta({ description: 'GPUs that one attempt gets. Default: 1.' }),
    gpuForm: z
      .enum(['auto', ...GPU_FORMS])
      .default('auto')
      .meta({ description: 'How the engine is asked for GPUs.' }),
    devices: z.array(absolute).default([]).meta({ description: 'Device files that every attempt gets: /dev/kfd …' }),
    stopSignal: z.enum(STOP_SIGNALS).optional().meta({
      description: 'Signal sent together with the stop file, for programs that save themselves on a signal.',
    }),
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
