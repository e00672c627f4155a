import { hasLocaleComma, readNumber, whyNoNumber } from './number-text.ts';

/** How far around a capture the number is looked for that it may be a part of. */
const REACH = 40;

/** Something that looks like a number, commas included, and does not continue a word. */
const NUMERAL = /(?<!\w\.?)[+-]?\.?\d[\d.,]*(?:e[+-]?\d+)?/gi;

/**
 * The number that a regular expression captured, or why there is none. A capture that is a part of a longer number is
 * refused: `loss=([0-9.]+)` would otherwise read 1 out of `loss=1e-05` and out of `loss=1,234.5`.
 *
 * @param line the whole line
 * @param start where the capture begins in it
 * @param end where the capture ends
 */
export function capturedNumber(line: string, start: number, end: number): number | string {
  const raw = line.slice(start, end);
  const captured = raw.trim();
  const number = readNumber(captured);
  if (number === undefined) return whyNoNumber(captured);
  const first = start + raw.indexOf(captured);
  const last = first + captured.length;
  const from = Math.max(0, first - REACH);
  for (const match of line.slice(from, last + REACH).matchAll(NUMERAL)) {
    const numeral = match[0].replace(/[.,]+$/, '');
    const at = from + match.index;
    if (at > first || at + numeral.length < last || numeral.length <= captured.length) continue;
    if (hasLocaleComma(numeral)) return whyNoNumber(numeral);
    if (readNumber(numeral) !== undefined) return `the regular expression takes '${captured}' out of '${numeral}'`;
  }
  return number;
}
