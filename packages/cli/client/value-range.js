/**
 * Ends of an objective's axis.
 * @typedef {object} ValueRange
 * @property {number} min
 * @property {number} max
 * @property {boolean} cut whether some values lie beyond
 */

/**
 * All finite values, or only the part where the good ones are: diverging trials would else press all others into one line.
 *
 * The good part reaches from the best value to the one that nine of ten trials reach, and half as far again; it is used only
 * where the whole is more than four times as large.
 * @param {ArrayLike<number>} values
 * @param {'minimize' | 'maximize'} goal
 * @param {'good' | 'all'} which
 * @returns {ValueRange}
 */
export function valueRange(values, goal, which) {
  const finite = Float64Array.from(Array.prototype.filter.call(values, Number.isFinite)).sort();
  if (finite.length === 0) return { min: 0, max: 1, cut: false };
  const min = finite[0];
  const max = finite[finite.length - 1];
  if (which === 'all') return { min, max, cut: false };
  const rank = Math.floor((finite.length - 1) * (goal === 'minimize' ? 0.9 : 0.1));
  const good = finite[rank];
  const span = 1.5 * Math.abs(good - (goal === 'minimize' ? min : max));
  if (span === 0 || max - min <= 4 * span) return { min, max, cut: false };
  return goal === 'minimize' ? { min, max: min + span, cut: true } : { min: max - span, max, cut: true };
}
