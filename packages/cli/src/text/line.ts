import { clip, type Paint, type Style, textWidth } from './style.ts';

/** A piece of a line: its text, and how it looks. */
export type Span = readonly [text: string, style?: Style];

/** A line of a screen, in pieces. */
export type Line = readonly Span[];

/** Columns that a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((width, [text]) => width + textWidth(text), 0);
}

/** A line cut to a number of columns; `…` stands for what was cut off. */
export function cutLine(line: Line, columns: number): Line {
  if (lineWidth(line) <= columns) return line;
  const kept: Span[] = [];
  let room = columns - 1;
  for (const [text, style = 'none'] of line) {
    const width = textWidth(text);
    // One column is kept for the ellipsis, which `clip` puts there by itself.
    kept.push([width > room ? clip(text, room + 1) : text, style]);
    if (width > room) return kept;
    room -= width;
    if (room <= 0) break;
  }
  return columns > 0 ? [...kept, ['…', 'dim']] : [];
}

/** A line as text, never wider than the columns it has. */
export function paintLine(line: Line, columns: number, paint: Paint): string {
  return cutLine(line, columns)
    .map(([text, style]) => paint(style ?? 'none', text))
    .join('');
}

/** Two ends of a line, pushed apart to the full width; the left end gives way. */
export function spread(left: Line, right: Line, columns: number): Line {
  const room = columns - lineWidth(right) - 1;
  if (room < 10) return left;
  const cut = cutLine(left, room);
  return [...cut, [' '.repeat(columns - lineWidth(right) - lineWidth(cut))], ...right];
}
