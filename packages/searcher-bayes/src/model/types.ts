/** One coordinate of the space in which the model works. */
export type Dimension = ContinuousDimension | CategoricalDimension;

/** A coordinate with an order, scaled to [0, 1]. */
export interface ContinuousDimension {
  readonly kind: 'continuous';
  /**
   * The coordinates that exist, ascending within [0, 1], where not all do (integers, steps, ordinals): the kernel rounds to the
   * nearest, so that it sees the same plateaus as the objective. A number n >= 2 stands for n evenly spaced ones, both ends included.
   */
  readonly levels?: number | readonly number[];
  /** Whether the coordinate is inactive in some configurations. */
  readonly conditional?: boolean;
}

/** A coordinate without an order. */
export interface CategoricalDimension {
  readonly kind: 'categorical';
  /** How many choices there are. A point holds the index of one, from 0 on. */
  readonly choices: number;
  /** Whether the coordinate is inactive in some configurations. */
  readonly conditional?: boolean;
}

/**
 * The space of the model. A point is a row of as many numbers as there are dimensions: a coordinate in [0, 1], the index of a
 * choice, or NaN where a conditional dimension is inactive. Points are passed as one array, row after row.
 */
export interface ModelSpace {
  readonly dimensions: readonly Dimension[];
}

/** How the observed values are bent before they are standardised. */
export type OutputWarpKind = 'identity' | 'log' | 'yeo-johnson' | 'half-rank';

/** The parameters of a fitted model: plain data. */
export interface Hyperparameters {
  /** One per dimension, in units of its range [0, 1]: the greater, the less the dimension matters. */
  readonly lengthScales: readonly number[];
  /** The prior variance of the function, in standardised units. */
  readonly outputScale: number;
  /** The variance of the observations' noise, in standardised units; without noise of its own where variances were given. */
  readonly noise: number;
  /** The constant prior mean, in standardised units. */
  readonly mean: number;
  /** The warp of the values. */
  readonly outputWarp: OutputWarpKind;
  /** Exponents `a` and `b` of the Kumaraswamy warp of each dimension, `x' = 1 - (1 - x^a)^b`, where it is on. */
  readonly inputWarp?: readonly { readonly a: number; readonly b: number }[];
}

/** What the model knows of the noise of the observations. */
export type Noise =
  /** Its variance is a hyperparameter. */
  | { readonly kind: 'learned' }
  /** There is none, but for what keeps the arithmetic stable. */
  | { readonly kind: 'none' }
  /** One variance per observation, in the squared units of the values. */
  | { readonly kind: 'known'; readonly variances: Float64Array };

/** What a model is fitted to. */
export interface FitOptions {
  readonly space: ModelSpace;
  /** n points, row after row. */
  readonly points: Float64Array;
  /**
   * The n observed values; less is better. Infinity and NaN stand for an observation without a usable value (a failed trial): it
   * is taken as somewhat worse than the worst.
   */
  readonly values: Float64Array;
  /** Default: learned. */
  readonly noise?: Noise;
  /** Hyperparameters of an earlier fit: one of the two starts. */
  readonly previous?: Hyperparameters;
  /** Whether the mode of the prior is a start too where there is an earlier fit. Default: true. */
  readonly freshStart?: boolean;
  /** Default `auto`: chosen by the predictive density of each observation given the others. */
  readonly outputWarp?: OutputWarpKind | 'auto';
  /** Whether each continuous dimension gets a learned Kumaraswamy warp. Default: false. */
  readonly inputWarp?: boolean;
  /** The most iterations of L-BFGS from each start. Default: 50. */
  readonly maxIterations?: number;
}

/** The marginal distribution of the function at m points, in standardised units (see {@link GaussianProcess.toUser}). */
export interface Prediction {
  readonly mean: Float64Array;
  /** Without the noise of an observation; never negative. */
  readonly variance: Float64Array;
  /**
   * m x pending numbers: how much the mean at a point moves when a pending observation comes out one conditional standard
   * deviation above its expectation. With independent standard normal numbers `e`, `mean + sensitivity e` is the mean that is
   * left after a fantasy of all pending observations; the variance is that of the model after them, whatever they are.
   */
  readonly sensitivity: Float64Array;
}

/** What a derivative of a function of predictions is computed from: its partial derivatives with respect to each of them. */
export interface PredictionWeights {
  /** m numbers. */
  readonly mean: Float64Array;
  /** m numbers. */
  readonly variance: Float64Array;
  /** m x pending numbers. */
  readonly sensitivity?: Float64Array;
}

/** A prediction with what its gradient needs. */
export interface DifferentiablePrediction extends Prediction {
  /**
   * The gradient with respect to the coordinates, m x d, of a function whose derivatives with respect to this prediction are the
   * weights (the chain rule, backwards). Zero for dimensions that are categorical, rounded or inactive.
   */
  gradient(weights: PredictionWeights): Float64Array;
}

/** Each observation predicted from all the others, hyperparameters unchanged; in standardised units. */
export interface LeaveOneOut {
  readonly mean: Float64Array;
  /** With the noise of the observation. */
  readonly variance: Float64Array;
  /** The sum of the log densities of the observations, in the user's units: the derivative of the warp is accounted for. */
  readonly logDensity: number;
}

/** A model as plain data, for another thread: everything else is computed again from it, with the same bits. */
export interface GaussianProcessData {
  readonly space: ModelSpace;
  readonly points: Float64Array;
  readonly values: Float64Array;
  readonly noise: Noise;
  readonly hyperparameters: Hyperparameters;
  /** The points from which the warp was fitted: the first ones. Those appended later are warped with it. */
  readonly warped: number;
}

/** An exact Gaussian process, conditioned on its observations. A value: no method changes it. */
export interface GaussianProcess {
  readonly space: ModelSpace;
  /** The number of observations. */
  readonly observations: number;
  /** The number of pending points. */
  readonly pending: number;
  readonly hyperparameters: Hyperparameters;
  /** The observations in standardised units. */
  readonly targets: Float64Array;
  predict(points: Float64Array): Prediction;
  /** As {@link predict}, with what the gradient needs: about twice as dear once that is asked for. */
  differentiate(points: Float64Array): DifferentiablePrediction;
  /** The joint posterior covariance at m points, m x m. */
  covariance(points: Float64Array): Float64Array;
  leaveOneOut(): LeaveOneOut;
  /** The model with k more observations, at the same hyperparameters: O(k n^2). One by one or all at once, it has the same bits. */
  append(points: Float64Array, values: ArrayLike<number>): GaussianProcess;
  /** The model as it will be once these points are observed, their values unknown: O(k n^2). They replace earlier pending ones. */
  withPending(points: Float64Array): GaussianProcess;
  /** From the user's units to the model's. */
  toModel(value: number): number;
  /** From the model's units to the user's. Monotone: quantiles map to quantiles, and the mean to the median. */
  toUser(value: number): number;
  toData(): GaussianProcessData;
}
