import { readFileSync } from 'node:fs';

/** A Gaussian process as scikit-learn and SciPy compute it. */
export interface ReferenceCase {
  readonly points: readonly (readonly number[])[];
  readonly targets: readonly number[];
  readonly lengthScales: readonly number[];
  readonly outputScale: number;
  readonly noise: number;
  readonly mean: number;
  readonly logLikelihood: number;
  readonly gradient: {
    readonly outputScale: number;
    readonly lengthScales: readonly number[];
    readonly noise: number;
  };
  readonly at: readonly (readonly number[])[];
  readonly posteriorMean: readonly number[];
  readonly posteriorCovariance: readonly (readonly number[])[];
  readonly leaveOneOut: {
    readonly mean: readonly number[];
    readonly variance: readonly number[];
    readonly logDensity: number;
  };
}

interface Reference {
  readonly cases: readonly ReferenceCase[];
  readonly lengthScalePrior: readonly {
    readonly dimensions: number;
    readonly lengthScales: readonly number[];
    readonly logDensity: readonly number[];
  }[];
  readonly yeoJohnson: {
    readonly values: readonly number[];
    readonly cases: readonly { readonly exponent: number; readonly warped: readonly number[] }[];
  };
}

/** The numbers that bench/peers/bayes-reference.py wrote. */
export const reference = JSON.parse(
  readFileSync(new URL('../fixtures/gaussian-process.json', import.meta.url), 'utf8'),
) as Reference;
