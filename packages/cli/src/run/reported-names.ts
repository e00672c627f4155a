import { closeSync, existsSync, openSync, readSync } from 'node:fs';

/** How much of a file is looked at. */
const LOOK = 64 * 1024;

/** The names of the numbers in the lines of JSON that a program wrote: what it may have reported under another name. */
export function reportedNames(files: readonly string[]): string[] {
  return [
    ...new Set(files.filter((file) => existsSync(file)).flatMap((file) => start(file).split('\n').flatMap(names))),
  ];
}

function start(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(LOOK);
    return bytes.toString('utf8', 0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}

function names(line: string): string[] {
  if (!line.trimStart().startsWith('{')) return [];
  try {
    const value = JSON.parse(line) as Readonly<Record<string, unknown>>;
    return Object.entries(value).flatMap(([name, item]) => (typeof item === 'number' ? [name] : []));
  } catch {
    return [];
  }
}
