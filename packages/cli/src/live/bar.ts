const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar filled from 0 to 1, in steps of an eighth of a column: the filled part and the rest. */
export function bar(fraction: number, columns: number): readonly [filled: string, rest: string] {
  const clamped = Math.max(0, Math.min(1, Number.isFinite(fraction) ? fraction : 0));
  // Only what is complete may look complete.
  const eighths = clamped < 1 ? Math.min(Math.round(clamped * columns * 8), columns * 8 - 1) : columns * 8;
  const filled = '█'.repeat(eighths >> 3) + (EIGHTHS[eighths & 7] ?? '');
  return [filled, '░'.repeat(Math.max(0, columns - filled.length))];
}
