/** What a minimiser wants to know at a point. */
export interface Evaluation {
  /** Infinity or NaN: the point is not allowed. */
  readonly value: number;
  readonly gradient: Float64Array;
}

/** Where a minimiser ended. */
export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
}

/** Stopping rules of {@link minimise}. */
export interface MinimiserOptions {
  /** Default: 50. */
  readonly maxIterations?: number;
  /** It ends where no component of the gradient that points inside the bounds is greater. Default: 1e-5. */
  readonly gradientTolerance?: number;
  /** It ends where a step gains less than this, relative to the value's size (at least 1). Default: 1e-9. */
  readonly valueTolerance?: number;
}

/** Pairs of steps that the approximation of the Hessian remembers. */
const MEMORY = 10;
/** The most evaluations in one line search. */
const MAX_TRIALS = 20;
/** The share of the expected gain that a step must bring (Armijo's condition). */
const SUFFICIENT = 1e-4;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
}

/**
 * Minimises a smooth function within bounds: limited-memory BFGS (J. Nocedal, S. J. Wright, Numerical Optimization, 2nd ed.,
 * algorithm 7.4) on the components that are free to move, steps projected onto the bounds (D. P. Bertsekas, Projected Newton Methods,
 * SIAM J. Control Optim. 20, 1982). A generator: it yields a point, and is sent the evaluation there, so that many searches can
 * share one batched evaluation and a long one can be interrupted.
 */
export function* minimise(
  start: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  options: MinimiserOptions = {},
): Generator<Float64Array, Minimum, Evaluation> {
  const { maxIterations = 50, gradientTolerance = 1e-5, valueTolerance = 1e-9 } = options;
  let point = project(start, lower, upper);
  let { value, gradient } = yield point;
  let pairs: Pair[] = [];
  let iterations = 0;
  if (!Number.isFinite(value)) return { point, value: Number.POSITIVE_INFINITY, iterations };
  while (iterations < maxIterations) {
    const free = freeComponents(point, gradient, lower, upper);
    if (largest(gradient, free) <= gradientTolerance) break;
    let direction = descent(gradient, free, pairs);
    if (!(dot(direction, gradient) < 0)) {
      pairs = [];
      direction = descent(gradient, free, pairs);
    }
    let length = pairs.length === 0 ? Math.min(1, 1 / norm(direction)) : 1;
    let next: Float64Array | undefined;
    let found: Evaluation | undefined;
    for (let trial = 0; trial < MAX_TRIALS; trial++) {
      next = project(moved(point, direction, length), lower, upper);
      const gain = slope(gradient, point, next);
      if (!(gain < 0)) break;
      const evaluation: Evaluation = yield next;
      if (evaluation.value <= value + SUFFICIENT * gain) {
        found = evaluation;
        break;
      }
      length *= shrink(value, gain, evaluation.value);
    }
    if (!next || !found) {
      // The curvature remembered may be what misleads: once more from the gradient alone, and then it is the end.
      if (pairs.length === 0) break;
      pairs = [];
      continue;
    }
    iterations++;
    const step = next.map((x, i) => x - (point[i] as number));
    const change = found.gradient.map((g, i) => g - (gradient[i] as number));
    if (dot(step, change) > 1e-10 * norm(step) * norm(change)) {
      pairs.push({ step, change });
      if (pairs.length > MEMORY) pairs.shift();
    }
    const gained = value - found.value;
    point = next;
    gradient = found.gradient;
    value = found.value;
    if (gained <= valueTolerance * Math.max(1, Math.abs(value))) break;
  }
  return { point, value, iterations };
}

/** The factor by which a failed step is shortened: the minimum of the parabola through what is known, within [0.1, 0.5]. */
function shrink(value: number, gain: number, reached: number): number {
  const curvature = reached - value - gain;
  const factor = curvature > 0 && Number.isFinite(curvature) ? -gain / (2 * curvature) : 0.1;
  return Math.min(0.5, Math.max(0.1, factor));
}

/** 1 for the components that can move against the gradient, 0 for those held by a bound. */
function freeComponents(
  point: Float64Array,
  gradient: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
): Uint8Array {
  return Uint8Array.from(point, (x, i) => {
    const g = gradient[i] as number;
    return (g > 0 && x <= (lower[i] as number)) || (g < 0 && x >= (upper[i] as number)) || !Number.isFinite(g) ? 0 : 1;
  });
}

/** Minus the approximate inverse Hessian of the free components times the gradient. */
function descent(gradient: Float64Array, free: Uint8Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((g, i) => (free[i] ? -g : 0));
  const coefficients = new Float64Array(pairs.length);
  const curvatures = pairs.map(({ step, change }) => freeDot(step, change, free));
  let scale = 0;
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { step, change } = pairs[k] as Pair;
    const curvature = curvatures[k] as number;
    if (!(curvature > 0)) continue;
    if (scale === 0) scale = curvature / freeDot(change, change, free);
    const coefficient = freeDot(step, direction, free) / curvature;
    coefficients[k] = coefficient;
    addScaled(direction, change, -coefficient, free);
  }
  if (scale > 0) for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) * scale;
  for (let k = 0; k < pairs.length; k++) {
    const { step, change } = pairs[k] as Pair;
    const curvature = curvatures[k] as number;
    if (!(curvature > 0)) continue;
    const correction = freeDot(change, direction, free) / curvature;
    addScaled(direction, step, (coefficients[k] as number) - correction, free);
  }
  return direction;
}

function addScaled(into: Float64Array, vector: Float64Array, factor: number, free: Uint8Array): void {
  for (let i = 0; i < into.length; i++) if (free[i]) into[i] = (into[i] as number) + factor * (vector[i] as number);
}

function project(point: Float64Array, lower: Float64Array, upper: Float64Array): Float64Array {
  return point.map((x, i) => Math.min(upper[i] as number, Math.max(lower[i] as number, x)));
}

function moved(point: Float64Array, direction: Float64Array, length: number): Float64Array {
  return point.map((x, i) => x + length * (direction[i] as number));
}

/** The change that the gradient promises for a move. */
function slope(gradient: Float64Array, from: Float64Array, to: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < from.length; i++) sum += (gradient[i] as number) * ((to[i] as number) - (from[i] as number));
  return sum;
}

function largest(vector: Float64Array, free: Uint8Array): number {
  let most = 0;
  for (let i = 0; i < vector.length; i++) if (free[i]) most = Math.max(most, Math.abs(vector[i] as number));
  return most;
}

function freeDot(a: Float64Array, b: Float64Array, free: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (free[i]) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}
