import type { Features } from './features.ts';
import { exponentSlopes } from './kumaraswamy.ts';
import { LOG_BOUNDS, type LogNormal, NOISE_FLOOR, type Priors, priorsFor } from './priors.ts';
import type { Hyperparameters, ModelSpace } from './types.ts';

/** The variance of the noise with which a search begins, in standardised units. */
const START_NOISE = 1e-2;

/** The hyperparameters that a vector of logarithms stands for. */
interface Unpacked {
  readonly lengthScales: readonly number[];
  readonly outputScale: number;
  readonly noise: number;
  readonly inputWarp: readonly { readonly a: number; readonly b: number }[] | undefined;
}

/**
 * The hyperparameters that are optimised, as one vector of logarithms: the length-scales, the output scale, the noise where it
 * is learned, the exponents `a` and then `b` of all dimensions where inputs are warped.
 */
export class ParameterVector {
  readonly #dimensions: number;
  /** The dimensions with an order: only these are warped. */
  readonly #ordered: readonly boolean[];
  readonly #priors: readonly LogNormal[];
  readonly #inputWarp: boolean;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** The index of the output scale. */
  readonly outputScale: number;
  /** The index of the noise, undefined where it is not learned. */
  readonly noise: number | undefined;

  constructor(
    space: ModelSpace,
    learnsNoise: boolean,
    inputWarp: boolean,
    priors: Priors = priorsFor(space.dimensions.length),
  ) {
    const d = space.dimensions.length;
    this.#dimensions = d;
    this.#ordered = space.dimensions.map(({ kind }) => kind === 'continuous');
    this.#inputWarp = inputWarp;
    this.outputScale = d;
    this.noise = learnsNoise ? d + 1 : undefined;
    const names = [
      ...Array.from({ length: d }, () => 'lengthScale' as const),
      'outputScale' as const,
      ...(learnsNoise ? ['noise' as const] : []),
      ...Array.from({ length: inputWarp ? 2 * d : 0 }, () => 'warpExponent' as const),
    ];
    this.#priors = names.map((name) => priors[name]);
    this.lower = Float64Array.from(names, (name) => LOG_BOUNDS[name][0]);
    this.upper = Float64Array.from(names, (name) => LOG_BOUNDS[name][1]);
  }

  /** Where the first exponent is. */
  get #warpStart(): number {
    return this.#dimensions + (this.noise === undefined ? 1 : 2);
  }

  /** The mode of the prior. */
  mode(): Float64Array {
    return Float64Array.from(this.#priors, ({ logMode }) => logMode);
  }

  /**
   * Where a search begins that knows nothing: the mode of the prior, but with more noise. From little noise it often ends where
   * short length-scales explain what noise is, tens of nats below the best.
   */
  start(): Float64Array {
    const theta = this.mode();
    if (this.noise !== undefined) theta[this.noise] = Math.log(START_NOISE);
    return theta;
  }

  /** The vector of known hyperparameters; what they lack is at its prior's mode. */
  pack({ lengthScales, outputScale, noise, inputWarp }: Hyperparameters): Float64Array {
    const theta = this.mode();
    for (let i = 0; i < this.#dimensions; i++) {
      const scale = lengthScales[i];
      if (scale !== undefined) theta[i] = Math.log(scale);
      const warp = this.#inputWarp ? inputWarp?.[i] : undefined;
      if (warp) {
        theta[this.#warpStart + i] = Math.log(warp.a);
        theta[this.#warpStart + this.#dimensions + i] = Math.log(warp.b);
      }
    }
    theta[this.outputScale] = Math.log(outputScale);
    if (this.noise !== undefined) theta[this.noise] = Math.log(Math.max(noise, NOISE_FLOOR));
    return theta.map((x, i) => (Number.isFinite(x) ? x : (this.#priors[i]?.logMode ?? 0)));
  }

  unpack(theta: Float64Array): Unpacked {
    const d = this.#dimensions;
    const start = this.#warpStart;
    const exponent = (index: number): number => Math.exp(theta[index] as number);
    return {
      lengthScales: Array.from({ length: d }, (_, i) => exponent(i)),
      outputScale: exponent(this.outputScale),
      noise: this.noise === undefined ? 0 : exponent(this.noise),
      inputWarp: this.#inputWarp
        ? this.#ordered.map((ordered, i) =>
            ordered ? { a: exponent(start + i), b: exponent(start + d + i) } : { a: 1, b: 1 },
          )
        : undefined,
    };
  }

  /** Adds the gradient of minus the log prior, and returns it, up to a constant. */
  addPenalty(theta: Float64Array, gradient: Float64Array): number {
    let penalty = 0;
    for (const [i, { logMode, deviation }] of this.#priors.entries()) {
      const distance = ((theta[i] as number) - logMode) / deviation;
      penalty += 0.5 * distance * distance;
      gradient[i] = (gradient[i] as number) + distance / deviation;
    }
    return penalty;
  }

  /** Adds the derivatives with respect to the warp's exponents, from those of the log likelihood by scaled feature. */
  addWarpGradient(
    gradient: Float64Array,
    encoded: Features,
    lengthScales: readonly number[],
    byFeature: Float64Array,
    theta: Float64Array,
  ): void {
    const n = encoded.count;
    encoded.columns.forEach(({ dimension, kind }, column) => {
      if (kind === 'mismatch') return;
      const atA = this.#warpStart + dimension;
      const atB = atA + this.#dimensions;
      const exponents = { a: Math.exp(theta[atA] as number), b: Math.exp(theta[atB] as number) };
      const inverse = 1 / (lengthScales[dimension] as number);
      for (let at = column * n; at < (column + 1) * n; at++) {
        const slopes = exponentSlopes(encoded.data[at] as number, exponents);
        const weight = -(byFeature[at] as number) * inverse;
        gradient[atA] = (gradient[atA] as number) + weight * slopes.a;
        gradient[atB] = (gradient[atB] as number) + weight * slopes.b;
      }
    });
  }
}
