/**
 * Spearman's rank correlation, -1 to 1, with the middle rank for ties; infinities are ranked like other values.
 * @param pairs two values each, none of them `NaN`
 * @returns undefined where a side has fewer than two different values
 */
export function rankCorrelation(pairs: readonly (readonly [number, number])[]): number | undefined {
  const left = ranks(pairs.map(([value]) => value));
  const right = ranks(pairs.map(([, value]) => value));
  const middle = (pairs.length - 1) / 2;
  let [both, ofLeft, ofRight] = [0, 0, 0];
  for (const [index, rank] of left.entries()) {
    const [x, y] = [rank - middle, right[index]! - middle];
    both += x * y;
    ofLeft += x * x;
    ofRight += y * y;
  }
  return ofLeft === 0 || ofRight === 0 ? undefined : both / Math.sqrt(ofLeft * ofRight);
}

/** How many values lie below each, where those equal to it count half. */
function ranks(values: readonly number[]): readonly number[] {
  const order = [...values.keys()].sort((a, b) => compare(values[a]!, values[b]!));
  const result: number[] = [];
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]!] === values[order[from]!]) to += 1;
    for (let place = from; place <= to; place += 1) result[order[place]!] = (from + to) / 2;
    from = to + 1;
  }
  return result;
}

/** A difference would be `NaN` for two infinities. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
