import { z } from 'zod';

/** Directives that this backend sets itself. */
const OWN_DIRECTIVES = [
  'array',
  'chdir',
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

const seconds = z.number().positive();

/** Options of the Slurm backend, before they are checked against each other. */
const fields = z.strictObject({
  /** Most slots at the same time, in jobs that run or wait; each runs one attempt after the other. */
  slots: z.int().min(1),
  /** Slots in each job, which share its GPUs: 4 with `gres: gpu:4` gives each attempt one. `slots` is a multiple. */
  slotsPerJob: z.int().min(1).default(1),
  /** Time limit of a job in minutes, whole: Slurm counts in minutes. Not with `within: allocation`. */
  minutes: z.int().min(1).optional(),
  /**
   * Where the slots are. `jobs`: in jobs that are submitted. `allocation`: in the one in which the driver runs (`salloc`, or a
   * job), as steps; then `directives` are those of `srun`.
   */
  within: z.enum(['jobs', 'allocation']).default('jobs'),
  /**
   * When it is said what a job runs. `start`: once it has started, which is when its resources are there. `submit`: when it
   * is submitted, a job for each attempt; then its directives may depend on the trial.
   */
  bind: z.enum(['start', 'submit']).default('start'),
  /**
   * Attempts that one slot runs before it ends. 1 is a job per attempt, chosen when the job starts; absent: as many as fit
   * into its time.
   */
  attemptsPerJob: z.int().min(1).optional(),
  /**
   * Words before the program's own, for containers and for programs of several processes: `[srun]`,
   * `[apptainer, exec, --nv, image.sif]`. `{study}` stands for the study's folder.
   */
  prefix: z.array(z.string().min(1)).default([]),
  /**
   * Directives of `sbatch` by their long names: `{ partition: 'gpu', gres: 'gpu:1', account: 'ab12', exclusive: true }`.
   * With `bind: submit`, `{name}` in a text stands for the value of a parameter.
   */
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
            message: `'${name}' is set by Fettle itself; ${name === 'time' ? 'give `minutes` instead' : 'leave it out'}`,
          });
        }
      }
      for (const [name, value] of Object.entries(directives)) {
        if (typeof value === 'string' && /[\n\r\0]/.test(value)) {
          context.addIssue({ code: 'custom', path: [name], message: 'a directive is one line' });
        }
      }
    }),
  /** Seconds without work after which a job ends by itself: idle GPUs are frowned upon. */
  idleSeconds: seconds.default(300),
  /** Seconds before its time limit at which a job stops its program, so that it can save itself. */
  leadSeconds: seconds.default(120),
  /** Seconds between two looks at what the jobs have written; absent: 1 for up to 20 slots, 5 from 100 on. */
  pollSeconds: seconds.optional(),
  /** Least seconds between two questions to Slurm's controller; it is asked up to 20 times less often while nothing happens. */
  squeueSeconds: seconds.default(30),
  /**
   * The machine on which Slurm's commands are run, as `ssh` takes it: `login`, `me@login.example.org`. Absent: this one. The
   * study's folder must be at the same path here and there. Not with `within: allocation`.
   */
  ssh: z
    .string()
    .regex(/^[^\s-]\S*$/, 'expected a host as `ssh` takes it')
    .optional(),
  /** Signal sent together with the stop file, for programs that save themselves on a signal. */
  stopSignal: z.enum(['SIGUSR1', 'SIGUSR2', 'SIGINT', 'SIGHUP', 'SIGTERM']).optional(),
});

/** Options of the Slurm backend. */
export const slurmOptions = fields.superRefine(
  ({ slots, slotsPerJob, bind, attemptsPerJob, minutes, within, ssh }, context) => {
    const wrong = (option: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [option], message });
    if (slots % slotsPerJob !== 0) wrong('slots', `expected a multiple of slotsPerJob (${slotsPerJob})`);
    if (within === 'jobs' && minutes === undefined) wrong('minutes', 'is required: the time limit of a job in minutes');
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
