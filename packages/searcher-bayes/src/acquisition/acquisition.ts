/** The values of a function at m points, and its gradient, m x d, if it was asked for. */
export interface Evaluated {
  readonly values: Float64Array;
  readonly gradients: Float64Array | undefined;
}

/** How much it is worth to try a point: greater is better. A sum of such terms is one too. */
export interface Acquisition {
  /**
   * @param points m rows of d coordinates
   * @param withGradient whether the gradient is wanted; it is zero along dimensions that are not continuous
   */
  evaluate(points: Float64Array, withGradient: boolean): Evaluated;
}

/** The sum of several terms. */
export function sumOf(terms: readonly Acquisition[]): Acquisition {
  const [only, ...others] = terms;
  if (only !== undefined && others.length === 0) return only;
  return {
    evaluate(points, withGradient) {
      const parts = terms.map((term) => term.evaluate(points, withGradient));
      const [first, ...rest] = parts;
      if (first === undefined) return { values: new Float64Array(0), gradients: undefined };
      for (const { values, gradients } of rest) {
        for (const [index, value] of values.entries()) first.values[index]! += value;
        if (first.gradients === undefined || gradients === undefined) continue;
        for (const [index, slope] of gradients.entries()) first.gradients[index]! += slope;
      }
      return first;
    },
  };
}
