import { z } from 'zod';

const seconds = z.number().positive();

/** The options of `process`, for searchers and samplers alike. */
export const processOptions = z.strictObject({
  /** Program and arguments, never given to a shell. Relative paths start from the study file's folder, where it runs. */
  command: z
    .array(z.string(), { error: 'must be a list, one item for each argument: [python3, my_searcher.py]' })
    .refine(([program = '']) => program !== '', { error: 'must begin with a program: [python3, my_searcher.py]' }),
  /** Handed to the program as they are; what they mean is its own business. */
  options: z.record(z.string(), z.json()).default({}),
  /** Seconds in which the program must have started and said what it is. */
  startSeconds: seconds.default(60),
  /** Seconds in which it must answer a question, or read on while it is told the history. */
  answerSeconds: seconds.default(60),
  /** How often in a row it is started again when it ends without having answered. */
  restarts: z.int().min(0).default(3),
});

/** The options of `process`, with defaults. */
export type ProcessOptions = z.output<typeof processOptions>;
