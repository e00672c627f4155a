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

/** Options of the Slurm backend. */
export const slurmOptions = z.strictObject({
  /** Most slots at the same time: jobs that run or wait, each running one attempt after the other. */
  slots: z.int().min(1),
  /** Time limit of a job in minutes, whole: Slurm counts in minutes. */
  minutes: z.int().min(1),
  /**
   * Attempts that one job runs before it ends. 1 is a job per attempt, chosen when the job starts; absent: as many as fit
   * into its time.
   */
  attemptsPerJob: z.int().min(1).optional(),
  /** Directives of `sbatch` by their long names: `{ partition: 'gpu', gres: 'gpu:1', account: 'ab12', exclusive: true }`. */
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
  /** Seconds between two looks at what the jobs have written. */
  pollSeconds: seconds.default(5),
  /** Least seconds between two questions to Slurm's controller. */
  squeueSeconds: seconds.default(30),
  /** Node as the compute nodes see it; the driver's own if not given. */
  node: z.string().min(1).optional(),
  /** Signal sent together with the stop file, for programs that save themselves on a signal. */
  stopSignal: z.enum(['SIGUSR1', 'SIGUSR2', 'SIGINT', 'SIGHUP', 'SIGTERM']).optional(),
});

/** Options of the Slurm backend, checked. */
export type SlurmOptions = z.output<typeof slurmOptions>;
