import { styleText, stripVTControlCharacters } from 'node:util';

/** The few styles of the command's output. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'none';

/** Puts a style on a text, or leaves it alone where colours are not wanted. */
export type Paint = (style: Style, text: string) => string;

/** No colours at all. */
export const noPaint: Paint = (_style, text) => text;

/** Colours if the stream shows them: a terminal, no `NO_COLOR`, or `FORCE_COLOR`. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  if (styleText('red', 'x', { stream }) === 'x') return noPaint;
  return (style, text) => (style === 'none' || text === '' ? text : styleText(style, text, { validateStream: false }));
}

// Wide in East Asian typography, and emoji: two columns each.
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
// Drawn on top of the character before: no column of their own.
const MARK = /\p{Mn}|\p{Me}|\u200d/u;

/** Columns that a text takes on a terminal; styles take none. */
export function textWidth(text: string): number {
  const plain = stripVTControlCharacters(text);
  if (/^[\x20-\x7e]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const character of plain) width += MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** A text without styles, cut to a number of columns; `…` stands for what was cut off. */
export function clip(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  if (columns <= 0) return '';
  let width = 0;
  let kept = '';
  for (const character of text) {
    const next = textWidth(character);
    if (width + next > columns - 1) break;
    width += next;
    kept += character;
  }
  return `${kept}…`;
}

/** A text filled up with spaces to a number of columns. */
export function pad(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, columns - textWidth(text)));
  return side === 'left' ? text + space : space + text;
}

/** A text on one line without control characters, so that a program's output cannot move the cursor. */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\t', '  ')
    .replace(/\p{Cc}/gu, '');
}
