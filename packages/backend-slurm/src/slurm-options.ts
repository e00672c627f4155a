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
  slots: z.int().min(1),
  slotsPerJob: z.int().min(1).default(1),
  minutes: z.int().min(1).optional(),
  within: z.enum(['jobs', 'allocation']).default('jobs'),
  bind: z.enum(['start', 'submit']).default('start'),
  attemptsPerJob: z.int().min(1).optional(),
  setup: z.array(z.string().regex(/^[^\r\0]+$/, 'expected lines for bash')).default([]),
  prefix: z.array(z.string().min(1)).default([]),
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
    }),
  idleSeconds: seconds.default(300),
  leadSeconds: z.int().min(1).max(65_535).default(120),
  pollSeconds: seconds.optional(),
  squeueSeconds: seconds.default(30),
  ssh: z
    .string()
    .regex(/^[^\s-]\S*$/, 'expected a host as `ssh` takes it')
    .optional(),
  stopSignal: z.enum(['SIGUSR1', 'SIGUSR2', 'SIGINT', 'SIGHUP', 'SIGTERM']).optional(),
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
