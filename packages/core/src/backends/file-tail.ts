import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** How much of a file's end is looked at, in bytes, however few lines are asked for. */
const LEAST_WINDOW = 16 * 1024;
/** Longest line that is shown whole, in characters. */
const LONGEST_LINE = 300;

/**
 * The last lines of a file, fit to be shown in a message: without colours, progress bars, control characters and empty
 * lines. None if the file is missing or empty.
 * @param count how many, at most
 */
export function lastLines(path: string, count: number): string[] {
  const lines = readEnd(path, Math.max(LEAST_WINDOW, count * LONGEST_LINE))
    .split('\n')
    .map(printable)
    .filter((line) => line !== '');
  return lines.slice(Math.max(0, lines.length - count));
}

function printable(line: string): string {
  // Of a line that was drawn again and again only the last picture is left on a screen.
  const drawn = line.replace(/\r+$/, '');
  const shown = drawn
    .slice(drawn.lastIndexOf('\r') + 1)
    .replaceAll(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g, '')
    .replaceAll('\t', '  ')
    .replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '')
    .trimEnd();
  return shown.length > LONGEST_LINE ? `${shown.slice(0, LONGEST_LINE)}…` : shown;
}

function readEnd(path: string, window: number): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, window));
    const read = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8', 0, read);
  } finally {
    closeSync(descriptor);
  }
}
