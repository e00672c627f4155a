import type { OptionSchemas } from '@fettle/core';
import { z } from 'zod';

const seconds = z.number().positive();

/** The options of `process`, for searchers and samplers alike. */
export interface ProcessOptions {
  /**
   * Program and arguments, never given to a shell. Relative paths start from the study file's folder, where it runs; without a study
   * file, from the process's own.
   */
  command: string[];
  /** Handed to the program as they are; what they mean is its own business. Default: none. */
  options?: { [name: string]: z.core.util.JSONType } | undefined;
  /** Seconds in which the program must have started and said what it is. Default: 60. */
  startSeconds?: number | undefined;
  /** Seconds in which it must answer a question, or read on while it is told the history. Default: 60. */
  answerSeconds?: number | undefined;
  /** How often in a row it is started again when it ends without having answered. Default: 3. */
  restarts?: number | undefined;
}

/** The schema of {@link ProcessOptions}. */
export const processOptions = z.strictObject({
  command: z
    .array(z.string(), { error: 'must be a list, one item for each argument: [python3, my_searcher.py]' })
    .refine(([program = '']) => program !== '', { error: 'must begin with a program: [python3, my_searcher.py]' }),
  options: z.record(z.string(), z.json()).default({}),
  startSeconds: seconds.default(60),
  answerSeconds: seconds.default(60),
  restarts: z.int().min(0).default(3),
} satisfies OptionSchemas<ProcessOptions>);

/** The options of `process`, with defaults. */
export type CheckedProcessOptions = z.output<typeof processOptions>;
