import { describe, expect, test } from 'vitest';
import { Screen } from '../src/live/screen.ts';

/** A sequence that begins with ESC, or one character. */
const TOKEN = new RegExp(String.raw`\x1b\[\??\d*[A-Za-z]|[^\x1b]`, 'gu');

/** A terminal that keeps what was written and shows what would be on it. */
class FakeTerminal {
  columns = 20;
  rows = 10;
  readonly writes: string[] = [];

  write(text: string): void {
    this.writes.push(text);
  }

  /** The lines on the screen, by the few sequences that a screen uses. */
  get lines(): string[] {
    const screen: string[][] = [[]];
    let row = 0;
    let column = 0;
    for (const [token] of this.writes.join('').matchAll(TOKEN)) {
      if (token === '\n') {
        row += 1;
        column = 0;
        screen[row] ??= [];
      } else if (token === '\r') column = 0;
      else if (token.endsWith('A') && token.startsWith('\u001b')) row -= Number(token.slice(2, -1));
      else if (token === '\u001b[K') screen[row]?.splice(column);
      else if (token === '\u001b[J') {
        screen[row]?.splice(column);
        screen.splice(row + 1);
      } else if (!token.startsWith('\u001b')) {
        const line = screen[row];
        if (line !== undefined) line[column] = token;
        column += 1;
      }
    }
    return screen.map((line) => line.join(''));
  }
}

describe('the screen', () => {
  test('draws each frame over the last one, in one write', () => {
    const terminal = new FakeTerminal();
    const screen = new Screen(terminal);
    screen.draw('one\ntwo\nthree');
    screen.draw('1\n2');
    expect(terminal.writes).toHaveLength(2);
    expect(terminal.lines).toEqual(['1', '2']);
    screen.draw('a\nb\nc');
    expect(terminal.lines).toEqual(['a', 'b', 'c']);
  });

  test('writes nothing when nothing has changed', () => {
    const terminal = new FakeTerminal();
    const screen = new Screen(terminal);
    screen.draw('same');
    screen.draw('same');
    expect(terminal.writes).toHaveLength(1);
  });

  test('hides the cursor, and brings it back once, below the last frame', () => {
    const terminal = new FakeTerminal();
    const screen = new Screen(terminal);
    screen.draw('a\nb');
    expect(terminal.writes[0]).toContain('\u001b[?25l');
    screen.close();
    screen.close();
    expect(terminal.writes.join('').split('\u001b[?25h')).toHaveLength(2);
    expect(terminal.lines).toEqual(['a', 'b', '']);
  });

  test('says nothing at all if nothing was drawn', () => {
    const terminal = new FakeTerminal();
    new Screen(terminal).close();
    expect(terminal.writes).toEqual([]);
  });

  test('goes up by the lines that the terminal broke when it became narrower', () => {
    const terminal = new FakeTerminal();
    const screen = new Screen(terminal);
    screen.draw('x'.repeat(15));
    terminal.columns = 10;
    screen.draw('y');
    expect(terminal.writes[1]).toContain('\u001b[1A');
  });
});
