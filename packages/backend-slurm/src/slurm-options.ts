import { z } from 'zod';

/** Directives that this backend sets itself, or relies on. */
const OWN_DIRECTIVES = [
  'array',
  'chdir',
  'clusters',
  'error',
  'export',
  'job-name',
  'no-requeue',
  'open-mode',
  'output',
  'parsable',
  'requeue',
  'signal',
  'time',
  'wait',
  'wrap',
];

/** What to do instead, where that is something. */
const INSTEAD: { readonly [directive: string]: string } = {
  time: 'give `minutes` instead',
  clusters: 'set SLURM_CLUSTERS in the environment of `fettle run`, which holds for all of Slurm’s commands',
};

const seconds = z.number().positive();

/** Options of the Slurm backend, before they are checked against each other. */
const fields = z.strictObject({
  slots: z.int().min(1).meta({
    description: 'Most slots at the same time, in jobs that run or wait; each runs one attempt after the other.',
  }),
  slotsPerJob: z.int().min(1).default(1).meta({
    description:
      'Slots in each job, which share its GPUs: 4 with `gres: gpu:4` gives each attempt one. `slots` is a multiple of it. Default: 1.',
  }),
  minutes: z.int().min(1).optional().meta({
    description: 'Time limit of a job in minutes, whole: Slurm counts in minutes. Not with `within: allocation`.',
  }),
  within: z.enum(['jobs', 'allocation']).default('jobs').meta({
    description:
      'Where the slots are. `jobs`: in jobs that are submitted. `allocation`: in the one in which the driver runs (salloc, or a job), as steps; then `directives` are those of srun.',
  }),
  bind: z.enum(['start', 'submit']).default('start').meta({
    description:
      'When it is said what a job runs. `start`: once it has started, which is when its resources are there. `submit`: when it is submitted, a job for each attempt; then its directives may depend on the trial.',
  }),
  attemptsPerJob: z.int().min(1).optional().meta({
    description:
      'Attempts that one slot runs before it ends. 1 is a job for each attempt, chosen when the job starts. Default: as many as fit into its time.',
  }),
  setup: z
    .array(z.string().regex(/^[^\r\0]+$/, 'expected lines for bash'))
    .default([])
    .meta({
      description:
        "Lines of bash that each job runs first, for all that runs in it: 'module load cuda', 'source venv/bin/activate'. One that fails ends the job.",
    }),
  prefix: z.array(z.string().min(1)).default([]).meta({
    description:
      "Words before the program's own, for containers and for programs of several processes: [srun], [apptainer, exec, --nv, image.sif]. `{study}` stands for the study's folder.",
  }),
  directives: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected the long name of an sbatch option, without dashes'),
      z.union([z.string(), z.number(), z.literal(true)]),
    )
    .default({})
    .superRefine((directives, context) => {
      for (const name of Object.keys(directives)) {
        if (OWN_DIRECTIVES.includes(name)) {
          context.addIssue({
            code: 'custom',
            path: [name],
            message: `'${name}' is set by Fettle itself; ${INSTEAD[name] ?? 'leave it out'}`,
          });
        }
      }
      for (const [name, value] of Object.entries(directives)) {
        if (typeof value === 'string' && /[\n\r\0]/.test(value)) {
          context.addIssue({ code: 'custom', path: [name], message: 'a directive is one line' });
        }
      }
    })
    .meta({
      description:
        'Options of sbatch by their long names: partition, account, qos, constraint, gres, cpus-per-task, mem, exclusive (true) … With `bind: submit`, `{name}` in a text stands for the value of a parameter.',
    }),
  idleSeconds: seconds.default(300).meta({
    description: 'Seconds without work after which a job ends by itself: idle GPUs are frowned upon. Default: 300.',
  }),
  leadSeconds: z.int().min(1).max(65_535).default(120).meta({
    description:
      'Seconds before its time limit at which a job stops its program, so that it can save itself. Default: 120.',
  }),
  pollSeconds: seconds.optional().meta({
    description:
      'Seconds between two looks at what the jobs have written. Default: 1 for up to 20 slots, 5 from 100 on.',
  }),
  squeueSeconds: seconds.default(30).meta({
    description:
      "Least seconds between two questions to Slurm's controller; it is asked up to 20 times less often while nothing happens. Default: 30.",
  }),
  ssh: z
    .string()
    .regex(/^[^\s-]\S*$/, 'expected a host as `ssh` takes it')
    .optional()
    .meta({
      description:
        "The machine on which Slurm's commands are run, as `ssh` takes it; the study's folder is at the same path here and there. Default: this one.",
    }),
  stopSignal: z.enum(['SIGUSR1', 'SIGUSR2', 'SIGINT', 'SIGHUP', 'SIGTERM']).optional().meta({
    description: 'Signal sent together with the stop file, for programs that save themselves on a signal.',
  }),
});

/** Options of the Slurm backend. */
export const slurmOptions = fields.superRefine(
  ({ slots, slotsPerJob, bind, attemptsPerJob, minutes, leadSeconds, within, ssh }, context) => {
    const wrong = (option: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [option], message });
    if (slots % slotsPerJob !== 0) wrong('slots', `expected a multiple of slotsPerJob (${slotsPerJob})`);
    if (within === 'jobs' && minutes === undefined) wrong('minutes', 'is required: the time limit of a job in minutes');
    if (minutes !== undefined && leadSeconds >= minutes * 60) {
      wrong(
        'leadSeconds',
        `leaves no time: a job of ${minutes * 60} s would stop its program ${leadSeconds} s before its end`,
      );
    }
    if (within === 'allocation' && minutes !== undefined) wrong('minutes', 'an allocation has its own time limit');
    if (within === 'allocation' && bind === 'submit') wrong('bind', 'nothing is submitted with `within: allocation`');
    if (within === 'allocation' && ssh !== undefined) wrong('ssh', 'an allocation is where the study runs');
    if (bind === 'submit' && slotsPerJob > 1)
      wrong('slotsPerJob', 'must be 1 with `bind: submit`: a job is one attempt');
    if (bind === 'submit' && (attemptsPerJob ?? 1) > 1) {
      wrong('attemptsPerJob', 'must be 1 with `bind: submit`: a job is one attempt');
    }
  },
);

/** Seconds between two looks at what the jobs have written: many slots are looked at less often. */
export function pollSecondsOf({ pollSeconds, slots }: SlurmOptions): number {
  return pollSeconds ?? Math.min(5, Math.max(1, slots / 20));
}

/** Options of the Slurm backend, checked. */
export type SlurmOptions = z.output<typeof slurmOptions>;
