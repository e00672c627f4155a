/** Number of letters to insert, delete, replace or swap with a neighbour to get from one word to the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        (last[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) best = Math.min(best, (before[column - 2] ?? 0) + 1);
      line.push(best);
    }
    before = last;
    last = line;
  }
  return last[b.length] ?? 0;
}

/**
 * The known word that somebody probably meant, if one is near enough: at most a third of the letters differ, or the words
 * differ only in case and separators.
 */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[-_ ]/g, '');
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const near = plain(word) === plain(candidate) ? 0 : distance(plain(word), plain(candidate));
    if (near < least && near <= Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3))) {
      least = near;
      best = candidate;
    }
  }
  return best;
}
