const SQRT_HALF = Math.SQRT1_2;
/** The square root of pi / 2. */
const SQRT_HALF_PI = 1.2533141373155003;
/** One half of the logarithm of 2 pi. */
const HALF_LOG_TWO_PI = 0.9189385332046727;

// Coefficients of W. J. Cody, Rational Chebyshev Approximations for the Error Function, Mathematics of Computation 23 (1969).
const NEAR = [
  [1.8577770618460315e-1, 3.1611237438705655, 1.1386415415105016e2, 3.77485237685302e2, 3.2093775891384694e3],
  [1, 2.3601290952344122e1, 2.4402463793444417e2, 1.2826165260773723e3, 2.844236833439171e3],
] as const;
const MIDDLE = [
  [
    2.1531153547440383e-8, 5.641884969886701e-1, 8.883149794388377, 6.611919063714163e1, 2.986351381974001e2,
    8.81952221241769e2, 1.7120476126340707e3, 2.0510783778260716e3, 1.2303393547979972e3,
  ],
  [
    1, 1.5744926110709835e1, 1.176939508913125e2, 5.371811018620099e2, 1.6213895745666903e3, 3.2907992357334597e3,
    4.362619090143247e3, 3.4393676741437216e3, 1.2303393548037495e3,
  ],
] as const;
const FAR = [
  [
    1.6315387137302097e-2, 3.0532663496123236e-1, 3.6034489994980445e-1, 1.2578172611122926e-1, 1.6083785148742275e-2,
    6.587491615298378e-4,
  ],
  [1, 2.568520192289822, 1.8729528499234673, 5.279051029514285e-1, 6.051834131244132e-2, 2.3352049762686918e-3],
] as const;
/** One over the square root of pi. */
const INVERSE_SQRT_PI = 0.5641895835477563;

/** The scaled complementary error function `exp(x^2) erfc(x)` for `x >= 0`, to about 1e-15. */
export function erfcx(x: number): number {
  const square = x * x;
  if (x <= 0.46875) return Math.exp(square) * (1 - x * ratio(NEAR, square));
  if (x <= 4) return ratio(MIDDLE, x);
  const inverse = 1 / square;
  return (INVERSE_SQRT_PI - inverse * ratio(FAR, inverse)) / x;
}

/** The density of the standard normal distribution. */
export function normalDensity(u: number): number {
  return Math.exp(-0.5 * u * u - HALF_LOG_TWO_PI);
}

/** The logarithm of that density. */
export function logNormalDensity(u: number): number {
  return -0.5 * u * u - HALF_LOG_TWO_PI;
}

/** Mills' ratio: the distribution function over the density, for `u <= 0`. */
export function millsRatio(u: number): number {
  return SQRT_HALF_PI * erfcx(-u * SQRT_HALF);
}

/** The logarithm of the standard normal distribution function, accurate in its lower tail. */
export function logNormalDistribution(u: number): number {
  if (u <= 0) return logNormalDensity(u) + Math.log(millsRatio(u));
  return Math.log1p(-normalDensity(u) * millsRatio(-u));
}

function ratio([numerator, denominator]: readonly [readonly number[], readonly number[]], x: number): number {
  let above = 0;
  let below = 0;
  for (const coefficient of numerator) above = above * x + coefficient;
  for (const coefficient of denominator) below = below * x + coefficient;
  return above / below;
}
