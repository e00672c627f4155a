/** What every benchmark of this folder leaves behind: a file of data that says how it was made. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describeMachine } from '../machine.ts';

/**
 * Writes the results of a benchmark as JSON.
 * @param file where; nothing is written if it is absent
 * @param command what was run, with options, without the paths of this machine
 */
export function writeResult(file: string | undefined, command: string, result: object): void {
  if (file === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  const text = JSON.stringify({ command, machine: describeMachine(), ...result }, rounded, 1);
  // A row of numbers on one line each: the file is read by people, too.
  const compact = text.replace(/\[[^[\]{}]*\]/g, (list) => list.replace(/\s+/g, ' '));
  writeFileSync(file, `${compact}\n`);
  console.log(`\nwritten to ${basename(file)}`);
}

/** Six digits are more than a benchmark knows; JSON has no infinity. */
function rounded(_key: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : null;
}

/** The middle of some figures; of an even number, the mean of the two in the middle. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Their arithmetic mean. */
export function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

/** Rows of text in columns as wide as they need to be, the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
    )
    .join('\n');
}
