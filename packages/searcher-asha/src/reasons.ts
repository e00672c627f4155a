const SUFFIXES = ['th', 'st', 'nd', 'rd'];

/** `1st`, `2nd`, `11th`. */
function ordinal(place: number): string {
  const tens = place % 100;
  return place + (tens > 10 && tens < 14 ? 'th' : (SUFFIXES[place % 10] ?? 'th'));
}

/** Where a trial came in at a rung. @param of the results it was compared with, in words */
export function placeAt(rank: number, of: number | string, level: number): string {
  return `${ordinal(rank + 1)} of ${of} at rung ${level}`;
}

/**
 * Where a trial came in at a rung, and who goes on there.
 * @param rank how many results are better
 * @param results their number
 * @param quota how many of them may go on
 * @param awaited results that the rung waits for, where it does
 */
export function placeReason(rank: number, results: number, quota: number, level: number, awaited = results): string {
  const of = awaited > results ? `${results} so far (of ${awaited})` : `${results}`;
  const rest = quota === 0 ? 'too few to let one go on' : quota === 1 ? 'the best goes on' : `the best ${quota} go on`;
  return `${placeAt(rank, of, level)}: ${rest}`;
}
