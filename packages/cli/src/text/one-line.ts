import { printable } from './style.ts';

/**
 * A message on one line, without anything that would move the cursor: its first line, and its last one if the first only
 * announces it (`It exited with code 1. The end of its standard error:`).
 */
export function oneLine(message: string): string {
  const { first, announced } = read(message);
  return announced === undefined ? first : `${first} ${announced}`;
}

/** The line of a message that says what went wrong: the last one of a traceback, the first one of anything else. */
export function tellingLine(message: string): string {
  const { first, announced } = read(message);
  return announced ?? first;
}

/** Whether the first line of a message only announces the others. */
export function isAnnouncement(message: string): boolean {
  return read(message).announced !== undefined;
}

function read(message: string): { readonly first: string; readonly announced: string | undefined } {
  const [first = '', ...rest] = message
    .split('\n')
    .map((line) => printable(line).trim())
    .filter((line) => line !== '');
  return { first, announced: first.endsWith(':') ? rest.at(-1) : undefined };
}
