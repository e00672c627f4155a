/** A log-normal distribution, of which only its mode and its width matter to a posterior's mode. */
export interface LogNormal {
  /** The logarithm of the mode. */
  readonly logMode: number;
  /** The standard deviation of the logarithm. */
  readonly deviation: number;
}

/** The prior of all hyperparameters. The mean is normal around 0 with deviation 1 in standardised units. */
export interface Priors {
  readonly lengthScale: LogNormal;
  readonly outputScale: LogNormal;
  readonly noise: LogNormal;
  /** Both exponents of the input warp: 1 is no warp. */
  readonly warpExponent: LogNormal;
}

/** The least variance of the noise, in standardised units: it keeps the covariance matrix positive definite. */
export const NOISE_FLOOR = 1e-6;

/** The bounds of the logarithms. Beyond them the model is as good as the same. */
export const LOG_BOUNDS = {
  lengthScale: [Math.log(1e-2), Math.log(1e3)],
  outputScale: [Math.log(1e-3), Math.log(1e3)],
  noise: [Math.log(NOISE_FLOOR), 0],
  warpExponent: [Math.log(0.1), Math.log(10)],
} as const;

/**
 * The priors for a space of so many dimensions. Length-scales: LogNormal(sqrt 2 + ln(d)/2, sqrt 3), whose growth with the root of
 * the dimension keeps the prior's complexity the same (C. Hvarfner, E. O. Hellsten, L. Nardi, Vanilla Bayesian Optimization
 * Performs Great in High Dimensions, ICML 2024, section 5).
 */
export function priorsFor(dimensions: number): Priors {
  return {
    lengthScale: logNormal(Math.SQRT2 + 0.5 * Math.log(Math.max(1, dimensions)), Math.sqrt(3)),
    outputScale: { logMode: 0, deviation: 1 },
    noise: { logMode: Math.log(1e-4), deviation: 3 },
    warpExponent: { logMode: 0, deviation: Math.sqrt(0.75) },
  };
}

/** The distribution whose logarithm has this mean and deviation: its density is greatest at exp(mean - deviation^2). */
function logNormal(mean: number, deviation: number): LogNormal {
  return { logMode: mean - deviation ** 2, deviation };
}
