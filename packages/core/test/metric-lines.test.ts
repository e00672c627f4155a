import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES, splitLines } from '../src/metrics/line-splitter.ts';

const texts = (text: string | Uint8Array, final = true): string[] =>
  splitLines(Buffer.from(text), false, final).lines.map((line) => line.text);

/** Everything that a text of bytes consists of, shown in chunks. */
function inChunks(bytes: Uint8Array, sizes: readonly number[]) {
  const lines: { text: string; end: number; tooLong: boolean }[] = [];
  let skipping = false;
  let offset = 0;
  let shown = 0;
  for (let index = 0; shown < bytes.length; index += 1) {
    shown = Math.min(bytes.length, shown + (sizes[index % sizes.length] ?? 1));
    const split = splitLines(bytes.subarray(offset, shown), skipping, shown === bytes.length);
    for (const line of split.lines) lines.push({ ...line, end: line.tooLong ? 0 : line.end + offset });
    offset += split.consumed;
    ({ skipping } = split);
  }
  return { lines, offset, skipping };
}

describe('splitLines', () => {
  it('ends lines at LF, CRLF and lone CR and drops empty ones', () => {
    expect(texts('a\nb\r\nc\rd\n\n\re')).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('reads an unfinished line only when it is final', () => {
    expect(splitLines(Buffer.from('a\nb'), false, false)).toMatchObject({
      lines: [{ text: 'a', end: 2 }],
      consumed: 2,
    });
    expect(splitLines(Buffer.from('a\nb'), false, true)).toMatchObject({
      lines: [{ end: 2 }, { text: 'b', end: 3 }],
      consumed: 3,
    });
  });

  it.each([
    ['colours', '\u001B[1;31mred\u001B[0m', 'red'],
    ['cursor movements', '\u001B[2K\u001B[1Gloss\u001B[A', 'loss'],
    ['a window title', '\u001B]0;training\u0007loss', 'loss'],
    ['a title that ends with ST', '\u001B]0;training\u001B\\loss', 'loss'],
    ['a title without an end', '\u001B]0;loss', '0;loss'],
    ['a character set', '\u001B(Bloss', 'loss'],
    ['an escape at the end', 'loss\u001B', 'loss'],
    ['two escapes', '\u001B\u001B[31mloss', 'loss'],
    ['NUL, backspace and bell', '\u0000lo\u0008ss\u0007', 'loss'],
    ['a tab, which stays', 'a\tb', 'a\tb'],
    ['a byte order mark', '\uFEFFloss', 'loss'],
  ])('strips %s', (_, text, expected) => {
    expect(texts(text)).toEqual([expected]);
  });

  it('replaces invalid UTF-8', () => {
    expect(texts(Buffer.from([0x61, 0xff, 0x62, 0x0a, 0xc3]))).toEqual(['a\uFFFDb', '\uFFFD']);
  });

  it.each([
    [MAX_LINE_BYTES - 1, false],
    [MAX_LINE_BYTES, true],
    [MAX_LINE_BYTES + 1, true],
    [3 * MAX_LINE_BYTES, true],
  ])('skips a line of %i bytes: %s, whatever the chunks', (size, tooLong) => {
    const bytes = Buffer.from(`${'x'.repeat(size)}\nb\n`);
    const whole = inChunks(bytes, [bytes.length]);
    expect(whole.lines.map((line) => line.tooLong)).toEqual([tooLong, false]);
    expect(whole.lines[0]?.text.length).toBe(tooLong ? 800 : size);
    expect(inChunks(bytes, [100_001])).toEqual(whole);
  });

  it('says that it skips until the line has ended', () => {
    const first = splitLines(Buffer.alloc(MAX_LINE_BYTES, 'x'), false, false);
    expect(first).toMatchObject({ consumed: MAX_LINE_BYTES, skipping: true });
    expect(splitLines(Buffer.from('xx'), true, false)).toEqual({ lines: [], consumed: 2, skipping: true });
    expect(splitLines(Buffer.from('xx\nb\n'), true, false)).toMatchObject({
      lines: [{ text: 'b' }],
      consumed: 5,
      skipping: false,
    });
    expect(splitLines(Buffer.from('xx'), true, true)).toEqual({ lines: [], consumed: 2, skipping: false });
  });

  it('gives the same lines however any bytes are cut', () => {
    const byte = fc.oneof(fc.constantFrom(10, 13, 27, 91, 109, 97, 0xc3, 0xa9), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 200 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (list, sizes) => {
          const bytes = Uint8Array.from(list);
          const whole = inChunks(bytes, [bytes.length]);
          expect(inChunks(bytes, sizes)).toEqual(whole);
          expect(whole.offset).toBe(bytes.length);
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });

  it('takes time in proportion to the text, also for endless escapes', () => {
    const begun = performance.now();
    texts(Buffer.from('\u001B]'.repeat(400_000)));
    texts(Buffer.from(`\u001B[${';'.repeat(900_000)}`));
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
