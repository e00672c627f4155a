import type { OptionSchemas } from '@fettle/core';
import { z } from 'zod';

/** What a configuration must keep to: a metric that is not above, or not below, a value. */
export type Constraint =
  | {
      /** Name of the metric, which the program reports beside the objective. */
      metric: string;
      /** The largest value that is allowed. */
      atMost: number;
    }
  | {
      /** Name of the metric, which the program reports beside the objective. */
      metric: string;
      /** The smallest value that is allowed. */
      atLeast: number;
    };

/** Options of `bayes`. */
export interface BayesOptions {
  /** Trials before the model is asked, given ones included. Default: the number of parameters and two more, from 4 to 12. */
  initialTrials?: number | undefined;
  /**
   * What is known of the noise of the objective: `learned` (the default), `none`, or its standard deviation in the objective's
   * unit.
   */
  noise?: 'learned' | 'none' | number | undefined;
  /** How the values are bent before they are modelled; `auto` (the default) chooses by how well they predict each other. */
  outputWarp?: 'auto' | 'identity' | 'log' | 'yeo-johnson' | 'half-rank' | undefined;
  /** Whether the axis of each continuous parameter is bent too, as the model learns. Default: `false`. */
  inputWarp?: boolean | undefined;
  /**
   * Where trials are compared at several levels of resource: learn from all of them in one model (`joint`, the default), or from
   * the highest that has enough results (`highest`).
   */
  rungs?: 'joint' | 'highest' | undefined;
  /** What a configuration must keep to. Default: nothing. */
  constraints?: Constraint[] | undefined;
  /** A metric of what a trial cost, greater than zero: improvement per cost is sought. Default: none. */
  costMetric?: string | undefined;
  /** Whether a configuration may be tried again; for objectives with much noise. Default: `false`. */
  repeats?: boolean | undefined;
  /** Milliseconds of work that a suggestion may cause, on a machine of ordinary speed; at least 5. Default: 50. */
  latencyBudget?: number | undefined;
  /**
   * Where the work is done: in a thread of its `own` (the default), or in the caller's, `main`, whose event loop then waits. Same
   * results.
   */
  thread?: 'own' | 'main' | undefined;
}

const constraint = z.union([
  z.strictObject({ metric: z.string().min(1), atMost: z.number() }),
  z.strictObject({ metric: z.string().min(1), atLeast: z.number() }),
]);

/** The schema of {@link BayesOptions}. */
export const bayesOptions = z.strictObject({
  initialTrials: z.int().min(1).optional(),
  noise: z.union([z.enum(['learned', 'none']), z.number().positive()]).default('learned'),
  outputWarp: z.enum(['auto', 'identity', 'log', 'yeo-johnson', 'half-rank']).default('auto'),
  inputWarp: z.boolean().default(false),
  rungs: z.enum(['joint', 'highest']).default('joint'),
  constraints: z.array(constraint).default([]),
  costMetric: z.string().min(1).optional(),
  repeats: z.boolean().default(false),
  latencyBudget: z.number().min(5).default(50),
  thread: z.enum(['own', 'main']).default('own'),
} satisfies OptionSchemas<BayesOptions>);

/** The options of `bayes`, defaults filled in. */
export type CheckedBayesOptions = z.output<typeof bayesOptions>;
