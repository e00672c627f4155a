import type { LinearAlgebra } from '../linear-algebra/types.ts';
import { type Minimum, minimise } from './bounded-minimiser.ts';
import { encodePoints } from './features.ts';
import { conditionGaussianProcess, noiseVariances } from './gaussian-process.ts';
import { type LikelihoodData, negativeLogPosterior } from './likelihood.ts';
import { fitOutputWarp, OUTPUT_WARPS } from './output-warp.ts';
import { ParameterVector } from './parameter-vector.ts';
import type { FitOptions, GaussianProcess, Hyperparameters, Noise, OutputWarpKind } from './types.ts';

/** A fit ends where no component of the gradient of the log posterior is greater, and where a step gains less than this. */
const GRADIENT_TOLERANCE = 5e-2;
const VALUE_TOLERANCE = 1e-5;
/** The observations from which a warp is chosen: a sample evenly spread over their order is enough to see their shape. */
const WARP_SAMPLE = 128;
/** Iterations of the fits that only compare warps. */
const WARP_ITERATIONS = 15;
/** Below so many observations there is nothing to see. */
const LEAST_FOR_WARP = 6;

/** Fits a Gaussian process: the mode of the posterior of its hyperparameters, and the model conditioned on the observations. */
export function fitGaussianProcess(algebra: LinearAlgebra, options: FitOptions): GaussianProcess {
  const steps = fitInSteps(algebra, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * The same as {@link fitGaussianProcess}, one evaluation of the likelihood from one yield to the next: other work, on the same
 * linear algebra too, may be done between. It yields of how many observations n it was: it took about n^3 operations.
 */
export function* fitInSteps(algebra: LinearAlgebra, options: FitOptions): Generator<number, GaussianProcess> {
  const { space, outputWarp = 'auto', maxIterations = 50 } = options;
  const noise = options.noise ?? { kind: 'learned' };
  const points = options.points.slice();
  const values = options.values.slice();
  const kind = outputWarp === 'auto' ? yield* chooseOutputWarp(algebra, { ...options, noise }) : outputWarp;
  const { hyperparameters } = yield* fitHyperparameters(algebra, {
    ...options,
    noise,
    outputWarp: kind,
    maxIterations,
  });
  return conditionGaussianProcess(algebra, { space, points, values, noise, hyperparameters, warped: values.length });
}

interface Settled extends FitOptions {
  readonly noise: Noise;
  readonly outputWarp: OutputWarpKind;
  readonly maxIterations: number;
}

/** The most probable hyperparameters from two starts: those of an earlier fit, and the mode of the prior. */
function* fitHyperparameters(
  algebra: LinearAlgebra,
  { space, points, values, noise, outputWarp, inputWarp = false, previous, freshStart = true, maxIterations }: Settled,
): Generator<number, { readonly hyperparameters: Hyperparameters }> {
  const warp = fitOutputWarp(outputWarp, values);
  const parameters = new ParameterVector(space, noise.kind === 'learned', inputWarp);
  const data: LikelihoodData = {
    encoded: encodePoints(space, points),
    targets: values.map((value) => warp.forward(value)),
    knownNoise: noise.kind === 'learned' ? undefined : noiseVariances(noise, 0, values, warp),
  };
  const starts = [
    ...(previous ? [parameters.pack(previous)] : []),
    ...(previous && !freshStart ? [] : [parameters.start()]),
  ];
  let best: Minimum | undefined;
  for (const start of starts) {
    const search = minimise(start, parameters.lower, parameters.upper, {
      maxIterations,
      gradientTolerance: GRADIENT_TOLERANCE,
      valueTolerance: VALUE_TOLERANCE,
    });
    let step = search.next();
    while (!step.done) {
      const evaluation = negativeLogPosterior(algebra, data, parameters, step.value);
      yield values.length;
      step = search.next(evaluation);
    }
    if (!best || step.value.value < best.value) best = step.value;
  }
  const point = best?.point ?? parameters.mode();
  const { lengthScales, outputScale, noise: variance, inputWarp: exponents } = parameters.unpack(point);
  const { mean } = negativeLogPosterior(algebra, data, parameters, point);
  return {
    hyperparameters: {
      lengthScales,
      outputScale,
      noise: variance,
      mean,
      outputWarp,
      ...(exponents ? { inputWarp: exponents } : {}),
    },
  };
}

/**
 * The warp under which the observations predict each other best: each in turn is predicted from the others by a model fitted
 * briefly, and the densities are compared in the user's units, which the warp's slope accounts for.
 */
function* chooseOutputWarp(
  algebra: LinearAlgebra,
  options: FitOptions & { readonly noise: Noise },
): Generator<number, OutputWarpKind> {
  const { space, noise } = options;
  const sample = spreadSample(options.values, WARP_SAMPLE);
  if (sample.length < LEAST_FOR_WARP) return 'identity';
  const width = space.dimensions.length;
  const points = new Float64Array(sample.length * width);
  sample.forEach((index, row) => points.set(options.points.subarray(index * width, (index + 1) * width), row * width));
  const values = Float64Array.from(sample, (index) => options.values[index] as number);
  const sampled: Noise =
    noise.kind === 'known'
      ? { kind: 'known', variances: Float64Array.from(sample, (index) => noise.variances[index] as number) }
      : noise;
  let chosen: OutputWarpKind = 'identity';
  let greatest = Number.NEGATIVE_INFINITY;
  for (const kind of OUTPUT_WARPS) {
    const { hyperparameters } = yield* fitHyperparameters(algebra, {
      ...options,
      points,
      values,
      noise: sampled,
      outputWarp: kind,
      maxIterations: WARP_ITERATIONS,
    });
    const data = { space, points, values, noise: sampled, hyperparameters, warped: values.length };
    const { logDensity } = conditionGaussianProcess(algebra, data).leaveOneOut();
    yield values.length;
    if (logDensity > greatest) {
      greatest = logDensity;
      chosen = kind;
    }
  }
  return chosen;
}

/** Indices of at most so many finite values, evenly spread over their order, the least and the greatest among them. */
function spreadSample(values: Float64Array, most: number): number[] {
  const order = [...values.keys()].filter((index) => Number.isFinite(values[index]));
  order.sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
  if (order.length <= most) return order;
  return Array.from({ length: most }, (_, k) => order[Math.round((k * (order.length - 1)) / (most - 1))] as number);
}
