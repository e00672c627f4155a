import { stripVTControlCharacters } from 'node:util';
import { textWidth } from '../text/style.ts';

const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';
// Terminals that know synchronized output draw the frame at once; others ignore the two marks.
const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';
const TO_END_OF_LINE = '\u001b[K';
const TO_END_OF_SCREEN = '\u001b[J';

/** What a screen needs of its terminal. */
export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/**
 * Draws frames over each other, each in one write, without the alternate screen: the last frame stays where it is.
 */
export class Screen {
  readonly #terminal: Terminal;
  #shown: string | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Room for a frame. */
  get size(): { readonly columns: number; readonly rows: number } {
    return { columns: this.#terminal.columns ?? 80, rows: this.#terminal.rows ?? 24 };
  }

  /** Replaces the last frame; nothing is written when it is the same. */
  draw(frame: string): void {
    if (frame === this.#shown) return;
    const lines = frame.split('\n').map((line) => line + TO_END_OF_LINE);
    this.#terminal.write(`${BEGIN}${HIDE}${this.#toTop()}${lines.join('\n')}${TO_END_OF_SCREEN}${END}`);
    this.#shown = frame;
  }

  /** Leaves the last frame where it is, with the cursor visible below it. Does nothing the second time. */
  close(): void {
    if (this.#shown === undefined) return;
    this.#shown = undefined;
    this.#terminal.write(`\n${SHOW}`);
  }

  /** To the first column of the first line of the last frame. A terminal that got narrower has broken its lines. */
  #toTop(): string {
    if (this.#shown === undefined) return '';
    const columns = Math.max(1, this.size.columns);
    const rows = this.#shown
      .split('\n')
      .reduce((sum, line) => sum + Math.max(1, Math.ceil(textWidth(stripVTControlCharacters(line)) / columns)), 0);
    const up = Math.min(rows, this.size.rows) - 1;
    return `\r${up > 0 ? `\u001b[${up}A` : ''}`;
  }
}
