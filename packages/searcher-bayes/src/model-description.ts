import { type ModelDescription, type SearcherContext, userValue } from '@fettle/core';
import type { SpaceEncoding } from './encoding/space-encoding.ts';
import type { Summary } from './engine/protocol.ts';
import { bounds } from './suggestion-text.ts';

/** Places at which the variation over a range is summed. */
const PLACES = 64;

/** What the model believes, in the words of the user's space. */
export function modelDescription(
  { observations, lengthScales, slices }: Summary,
  { space, objective }: SearcherContext,
  encoding: SpaceEncoding,
): ModelDescription {
  const { layout } = encoding;
  // A model over resource too has one length-scale more.
  const variations = lengthScales.slice(0, layout.dimensions.length).map((scale, index) => {
    const dimension = layout.dimensions[index]!;
    return dimension.kind === 'categorical' ? (1 - 1 / dimension.choices) * difference(1 / scale) : variation(scale);
  });
  const total = variations.reduce((sum, one) => sum + one, 0);
  return {
    name: 'Gaussian process, Matérn 5/2',
    observations,
    parameters: space.dimensions.map((name, index) => ({
      name,
      importance: total > 0 ? variations[index]! / total : 0,
      slice: slices[index]!.flatMap(({ coordinate, ...belief }) => {
        const mean = userValue(objective, belief.mean);
        const [lower, upper] = bounds(belief, objective);
        if (mean === undefined || lower === undefined || upper === undefined) return [];
        return [{ value: encoding.valueAt(index, coordinate), mean, lower, upper }];
      }),
    })),
  };
}

/** How much two values differ that lie so many length-scales apart, as a share of the prior variance: one less the kernel. */
function difference(distance: number): number {
  const scaled = Math.sqrt(5) * distance;
  return 1 - (1 + scaled + (scaled * scaled) / 3) * Math.exp(-scaled);
}

/** The same on average over all pairs of places along an axis. */
function variation(lengthScale: number): number {
  let sum = 0;
  for (let place = 0; place < PLACES; place++) {
    const apart = (place + 0.5) / PLACES;
    sum += (2 * (1 - apart) * difference(apart / lengthScale)) / PLACES;
  }
  return sum;
}
