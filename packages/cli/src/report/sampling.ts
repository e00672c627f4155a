/**
 * Chooses `limit` of `length` places, evenly spread, in ascending order; the places in `keep` are always among them
 * (the first `limit` of them if they are more).
 */
export function spread(length: number, limit: number, keep: readonly number[] = []): number[] {
  if (length <= limit) return Array.from({ length }, (_, place) => place);
  const chosen = new Set(keep.slice(0, limit));
  const free = limit - chosen.size;
  const others = length - chosen.size;
  let seen = 0;
  for (let place = 0; place < length && chosen.size < limit; place += 1) {
    if (chosen.has(place)) continue;
    // Bresenham's rule: take a place each time the even line through (others, free) passes a whole number.
    if (Math.floor(((seen + 1) * free) / others) > Math.floor((seen * free) / others)) chosen.add(place);
    seen += 1;
  }
  return [...chosen].sort((a, b) => a - b);
}

/** A point of a curve. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Thins a curve to at most `limit` points that keep its shape: first and last, and of each bucket between them the point
 * that spans the largest triangle with its neighbours (Steinarsson, "Downsampling Time Series for Visual Representation",
 * 2013, section 4.2). Points that are not finite win their bucket, so that a divergence is never smoothed away.
 * @param limit at least 3
 */
export function thin<P extends Point>(points: readonly P[], limit: number): readonly P[] {
  const first = points[0];
  const last = points.at(-1);
  if (points.length <= limit || first === undefined || last === undefined) return points;
  const kept: P[] = [first];
  const size = (points.length - 2) / (limit - 2);
  let before: Point = first;
  for (let bucket = 0; bucket < limit - 2; bucket += 1) {
    const from = 1 + Math.floor(bucket * size);
    const to = 1 + Math.floor((bucket + 1) * size);
    const after = centre(points.slice(to, Math.max(to + 1, 1 + Math.floor((bucket + 2) * size))));
    let winner = points[from] ?? last;
    let largest = -1;
    for (const point of points.slice(from, to)) {
      const area = Math.abs((before.x - after.x) * (point.y - before.y) - (before.x - point.x) * (after.y - before.y));
      const weight = Number.isFinite(point.y) ? area : Number.POSITIVE_INFINITY;
      if (weight > largest) {
        largest = weight;
        winner = point;
      }
    }
    kept.push(winner);
    if (Number.isFinite(winner.y)) before = winner;
  }
  kept.push(last);
  return kept;
}

function centre(points: readonly Point[]): Point {
  const finite = points.filter((point) => Number.isFinite(point.y));
  const count = Math.max(1, finite.length);
  return {
    x: finite.reduce((sum, point) => sum + point.x, 0) / count,
    y: finite.reduce((sum, point) => sum + point.y, 0) / count,
  };
}
