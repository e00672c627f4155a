/** The exponents of a Kumaraswamy distribution, both positive; at 1 and 1 it is uniform. */
export interface Exponents {
  readonly a: number;
  readonly b: number;
}

/**
 * The distribution function `1 - (1 - x^a)^b`, a monotone map of [0, 1] onto itself (J. Snoek, K. Swersky, R. Zemel, R. Adams,
 * Input Warping for Bayesian Optimization of Non-Stationary Functions, ICML 2014, warps inputs with its cousin, the beta distribution).
 */
export function kumaraswamy(x: number, { a, b }: Exponents): number {
  return 1 - power(1 - power(x, a), b);
}

/** Its derivative with respect to x; at the ends, where it may be infinite, that of a point just inside. */
export function kumaraswamySlope(x: number, { a, b }: Exponents): number {
  const inside = Math.min(1 - 1e-9, Math.max(1e-9, x));
  const rest = 1 - power(inside, a);
  return rest > 0 ? (a * b * power(inside, a) * power(rest, b)) / (inside * rest) : 0;
}

/** Its derivatives with respect to the logarithms of the exponents. */
export function exponentSlopes(x: number, { a, b }: Exponents): Exponents {
  const powered = power(x, a);
  const rest = 1 - powered;
  if (!(x > 0 && rest > 0)) return { a: 0, b: 0 }; // The ends do not move.
  const tail = power(rest, b);
  return { a: (a * b * tail * powered * Math.log(x)) / rest, b: -b * tail * Math.log(rest) };
}

/** `base^exponent`, by functions that give the same bits in every version of the platform; its own power does not. */
function power(base: number, exponent: number): number {
  return Math.exp(exponent * Math.log(base));
}
