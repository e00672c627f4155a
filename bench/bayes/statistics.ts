/** The little statistics that comparing two methods over seeds needs. */

/** The value below which this share of the figures lies, between the two nearest. */
export function quantile(figures: readonly number[], share: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return low === high ? low : low + (high - low) * (place - Math.floor(place));
}

/**
 * Wilcoxon's signed-rank statistic of paired differences as a standard normal score, with the correction for ties (Wilcoxon,
 * Biometrics Bulletin 1, 1945); pairs without a difference are left out. 0 if nothing differs.
 */
export function signedRankScore(differences: readonly number[]): number {
  const some = differences.filter((value) => value !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  const count = some.length;
  let [positive, ties] = [0, 0];
  for (let from = 0; from < count; ) {
    let to = from;
    while (to < count && Math.abs(some[to]!) === Math.abs(some[from]!)) to += 1;
    const rank = (from + 1 + to) / 2;
    for (const value of some.slice(from, to)) if (value > 0) positive += rank;
    ties += (to - from) ** 3 - (to - from);
    from = to;
  }
  const variance = (count * (count + 1) * (2 * count + 1)) / 24 - ties / 48;
  return variance === 0 ? 0 : (positive - (count * (count + 1)) / 4) / Math.sqrt(variance);
}

/** The normal distribution, to seven digits (Abramowitz and Stegun 1964, 26.2.17). */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const tail =
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - tail : tail;
}
