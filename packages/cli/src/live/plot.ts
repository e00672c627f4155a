import type { Goal } from '@fettle/core';
import type { Line, Span } from '../text/line.ts';

/** A plot in braille characters: its rows from the top, and the values at its upper and lower edge. */
export interface Plot {
  readonly rows: readonly Line[];
  readonly top: number;
  readonly bottom: number;
}

/** Bits of a braille character, by column and by row from the top. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/**
 * Values in the order in which trials ended as dots, and the best so far as a line. A few very bad values must not flatten
 * everything else: the bad end of the scale is cut where nine tenths of the values are on the good side, and what lies
 * beyond is drawn at the edge.
 * @param values values of ended trials, in the user's sign; those that are not finite take their place and have no dot
 * @returns undefined with fewer than two finite values, or no room
 */
export function plotValues(values: readonly number[], goal: Goal, columns: number, height: number): Plot | undefined {
  const finite = values.filter(Number.isFinite).sort((a, b) => a - b);
  const first = finite[0];
  const last = finite.at(-1);
  if (first === undefined || last === undefined || finite.length < 2 || columns < 8 || height < 2) return undefined;
  const tenth = Math.floor(finite.length * 0.9);
  let bottom = goal === 'maximize' ? (finite[finite.length - 1 - tenth] ?? first) : first;
  let top = goal === 'minimize' ? (finite[tenth] ?? last) : last;
  if (top === bottom) {
    bottom = first;
    top = last;
  }
  if (top === bottom) {
    bottom -= Math.abs(bottom) || 1;
    top += Math.abs(top) || 1;
  }

  const wide = columns * 2;
  const high = height * 4;
  const dots = new Uint8Array(columns * height);
  const lines = new Uint8Array(columns * height);
  const set = (map: Uint8Array, x: number, y: number): void => {
    const cell = (y >> 2) * columns + (x >> 1);
    map[cell] = (map[cell] ?? 0) | (DOTS[x & 1]?.[y & 3] ?? 0);
  };
  const row = (value: number): number =>
    Math.max(0, Math.min(high - 1, Math.round(((top - value) / (top - bottom)) * (high - 1))));
  // Few values keep their distance, so that the picture grows to the right instead of jumping.
  const span = Math.max(values.length, Math.min(wide, 16));
  const place = (index: number): number => Math.min(wide - 1, Math.floor(((index + 0.5) / span) * wide));

  const better = (a: number, b: number): boolean => (goal === 'maximize' ? a > b : a < b);
  let best: number | undefined;
  let lastX = 0;
  for (const [index, value] of values.entries()) {
    const x = place(index);
    if (best !== undefined) for (let at = lastX; at <= x; at++) set(lines, at, row(best));
    lastX = x;
    if (!Number.isFinite(value)) continue;
    set(dots, x, row(value));
    if (best === undefined || better(value, best)) {
      const from = row(best ?? value);
      const to = row(value);
      for (let y = Math.min(from, to); y <= Math.max(from, to); y++) set(lines, x, y);
      best = value;
    }
  }

  const rows = Array.from({ length: height }, (_, y): Line => {
    const spans: Span[] = [];
    for (let x = 0; x < columns; x++) {
      const line = lines[y * columns + x] ?? 0;
      const dot = dots[y * columns + x] ?? 0;
      const text = line === 0 && dot === 0 ? ' ' : String.fromCharCode(0x2800 + (line | dot));
      const style = line !== 0 ? 'green' : dot !== 0 ? 'cyan' : 'none';
      const before = spans.at(-1);
      if (before !== undefined && (before[1] === style || text === ' '))
        spans[spans.length - 1] = [before[0] + text, before[1] ?? 'none'];
      else spans.push([text, style]);
    }
    return spans;
  });
  return { rows, top, bottom };
}
