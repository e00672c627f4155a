import { fileURLToPath } from 'node:url';

/** Where the files of this package are: of no interest to whoever wrote what has thrown. */
const OWN = fileURLToPath(new URL('.', import.meta.url));

/** The line of an error's stack that says where it was thrown, outside of this package and of Node: `at f (/home/me/mine.ts:3:7)`. */
export function stackLine(thrown: unknown): string | undefined {
  const lines = thrown instanceof Error ? (thrown.stack?.split('\n') ?? []) : [];
  return lines
    .find((line) => /^\s+at /.test(line) && !line.includes(OWN) && !line.includes('node:'))
    ?.trim()
    .replace('file://', '');
}

/** The same as a place: `/home/me/mine.ts:3:7`. */
export function stackPlace(thrown: unknown): string | undefined {
  const line = stackLine(thrown);
  return line === undefined ? undefined : /\(?(\/[^()]+:\d+:\d+)\)?$/.exec(line)?.[1];
}
