import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineBuffer } from '../src/line-buffer.ts';

describe('the line buffer', () => {
  it('gives the same lines however they are cut into pieces', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]/g, ''));
    fc.assert(
      fc.property(fc.array(line), line, fc.array(fc.nat(400)), (lines, rest, cuts) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join('') + rest);
        const buffer = new LineBuffer(1000);
        const found: string[] = [];
        let from = 0;
        for (const to of [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]) {
          found.push(...(buffer.add(bytes.subarray(from, to)) ?? ['too long']));
          from = to;
        }
        expect(found).toEqual(lines);
        expect(buffer.rest()).toBe(rest);
      }),
      { seed: 7 },
    );
  });

  it('takes lines up to a length, and refuses longer ones before they end', () => {
    const buffer = new LineBuffer(4);
    expect(buffer.add(Buffer.from('1234\r\n'))).toBeUndefined();
    const other = new LineBuffer(4);
    expect(other.add(Buffer.from('123\r\n1234\n12'))).toEqual(['123', '1234']);
    expect(other.add(Buffer.from('34'))).toEqual([]);
    expect(other.add(Buffer.from('5'))).toBeUndefined();
  });
});
