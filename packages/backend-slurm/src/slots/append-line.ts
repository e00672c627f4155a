import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs';

/**
 * Appends one whole line to a file that nobody else writes: opened, flushed and closed, so that every reader sees it. When
 * the disk is full nothing of it stays there, or the next line would be joined to it.
 */
export function appendLine(path: string, line: string): void {
  const file = openSync(path, 'a');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.from(`${line}\n`);
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      // A network file system may say only now that it is full.
      fsyncSync(file);
    } catch (thrown) {
      ftruncateSync(file, size);
      throw thrown;
    }
  } finally {
    closeSync(file);
  }
}

/**
 * The whole lines of such a file. A line without an end was being written when its writer died: what it says was not begun
 * and nobody has read it, so it is taken away, or the next line would be joined to it.
 */
export function mendedLines(path: string): readonly string[] {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(10) + 1;
  if (end < bytes.length) truncateSync(path, end);
  return bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
}
