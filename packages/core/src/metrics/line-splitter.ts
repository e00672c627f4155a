/** Lines of this many bytes or more are skipped, so that no line can fill the memory. */
export const MAX_LINE_BYTES = 1_048_576;

/** How much of a skipped line is kept to show what it was. */
const HEAD_BYTES = 800;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const TAB = 9;
const LAST_CONTROL = 31;
const BYTE_ORDER_MARK = 0xfeff;

const ESCAPE = '\u001B';
const BELL = '\u0007';
/**
 * What terminals understand as commands (ECMA-48, ISO 6429): strings such as window titles, control sequences such as
 * colours and cursor movements, and short escapes. Every branch stops at the next escape, so matching is linear.
 */
const CONTROL_SEQUENCE = new RegExp(
  [`${ESCAPE}(?:[\\]PX^_][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)`, '\\[[0-?]*[ -/]*[@-~]', '[ -/]*[0-~])?'].join(
    '|',
  ),
  'g',
);
const CONTROL_CHARACTER = /[\p{Cc}--\t]/gv;

/** One line of a text. */
export interface Line {
  /** The line without its end, control sequences and control characters; of a line that is too long, its beginning. */
  readonly text: string;
  /** Bytes of the chunk up to and including the line's end. */
  readonly end: number;
  /** Whether the line has {@link MAX_LINE_BYTES} or more and is skipped. */
  readonly tooLong: boolean;
}

/** What a chunk consists of. */
export interface SplitLines {
  /** The lines in order, without the empty ones. */
  readonly lines: readonly Line[];
  /** Bytes that need not be shown again. */
  readonly consumed: number;
  /** Whether the chunk ended within a line that is too long: pass it on with the next chunk. */
  readonly skipping: boolean;
}

/**
 * Splits a chunk into lines. A line ends with a line feed, a carriage return (each state of a progress bar is a line of
 * its own) or both; of the last line without an end nothing is read unless the chunk is final. Invalid UTF-8 is replaced
 * by U+FFFD, a byte order mark is dropped. The lines are the same however the text is cut into chunks.
 *
 * @param bytes what follows the bytes that were consumed last
 * @param skipping what the last call returned; false at the beginning
 * @param final whether nothing will ever follow
 */
export function splitLines(bytes: Uint8Array, skipping: boolean, final: boolean): SplitLines {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const lines: Line[] = [];
  let start = 0;
  let dirty = false;
  let skip = skipping;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte > LAST_CONTROL || byte === TAB) continue;
    if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) {
      dirty = true;
      continue;
    }
    // Both ends of CRLF end a line: the empty one between them is dropped, and no chunk can fall wrongly between them.
    if (!skip && at > start) lines.push(toLine(buffer, start, at, at + 1, dirty));
    start = at + 1;
    dirty = false;
    skip = false;
  }
  const rest = bytes.length - start;
  if (skip) return { lines, consumed: bytes.length, skipping: !final };
  if (rest >= MAX_LINE_BYTES || (final && rest > 0)) {
    lines.push(toLine(buffer, start, bytes.length, bytes.length, dirty));
    return { lines, consumed: bytes.length, skipping: !final };
  }
  return { lines, consumed: start, skipping: false };
}

function toLine(buffer: Buffer, start: number, stop: number, end: number, dirty: boolean): Line {
  const tooLong = stop - start >= MAX_LINE_BYTES;
  const text = buffer.toString('utf8', start, tooLong ? start + HEAD_BYTES : stop);
  return { text: dirty || tooLong || text.charCodeAt(0) === BYTE_ORDER_MARK ? clean(text) : text, end, tooLong };
}

function clean(text: string): string {
  const printed = text.replace(CONTROL_SEQUENCE, '').replace(CONTROL_CHARACTER, '');
  return printed.charCodeAt(0) === BYTE_ORDER_MARK ? printed.slice(1) : printed;
}
