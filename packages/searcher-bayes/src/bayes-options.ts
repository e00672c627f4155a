import { z } from 'zod';

const constraint = z.union([
  z.strictObject({ metric: z.string().min(1), atMost: z.number() }),
  z.strictObject({ metric: z.string().min(1), atLeast: z.number() }),
]);

/** Options of `bayes`. */
export const bayesOptions = z.strictObject({
  /** Trials before the model is asked, given ones included; default: the number of parameters and two more, from 4 to 12. */
  initialTrials: z.int().min(1).optional(),
  /**
   * What is known of the noise of the objective: `learned`, `none`, or its standard deviation in the objective's unit.
   */
  noise: z.union([z.enum(['learned', 'none']), z.number().positive()]).default('learned'),
  /** How the values are bent before they are modelled; `auto` chooses by how well they predict each other. */
  outputWarp: z.enum(['auto', 'identity', 'log', 'yeo-johnson', 'half-rank']).default('auto'),
  /** Whether the axis of each continuous parameter is bent too, as the model learns. */
  inputWarp: z.boolean().default(false),
  /**
   * Where trials are compared at several levels of resource: learn from all of them in one model (`joint`), or from the highest
   * that has enough results (`highest`).
   */
  rungs: z.enum(['joint', 'highest']).default('joint'),
  /** What a configuration must keep to. */
  constraints: z.array(constraint).default([]),
  /** A metric of what a trial cost, greater than zero: improvement per cost is sought. */
  costMetric: z.string().min(1).optional(),
  /** Whether a configuration may be tried again; for objectives with much noise. */
  repeats: z.boolean().default(false),
  /** Milliseconds of work that a suggestion may cause, on a machine of ordinary speed. */
  latencyBudget: z.number().min(5).default(50),
  /** Where the work is done: in a thread of its own, or in the caller's, whose event loop then waits. Same results. */
  thread: z.enum(['own', 'main']).default('own'),
});

/** The options of `bayes`, defaults filled in. */
export type BayesOptions = z.output<typeof bayesOptions>;
