import { clip, type Paint, pad, textWidth } from './style.ts';

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right, everything else at the left (the default). */
  readonly align?: 'left' | 'right';
  /** Widest it may get; what is longer is cut. */
  readonly most?: number;
}

/**
 * Rows under titles, each column as wide as its widest cell; no lines around it, so that it can be copied and cut.
 * @param room columns that a row may take; what is beyond is cut, for rows that are broken cannot be read
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
  room = Number.POSITIVE_INFINITY,
): string {
  const widths = columns.map(({ title, most = 60 }, index) =>
    Math.min(
      most,
      rows.reduce((width, row) => Math.max(width, textWidth(row[index] ?? '')), textWidth(title)),
    ),
  );
  const draw = (cells: readonly string[]): string => {
    const padded = cells.map((cell, index) => {
      const width = widths[index] ?? 0;
      return pad(clip(cell, width), width, columns[index]?.align === 'right' ? 'right' : 'left');
    });
    return clip(padded.join('  ').trimEnd(), room);
  };
  return [paint('dim', draw(columns.map((column) => column.title))), ...rows.map(draw)].join('\n');
}

/** Names and values, one pair on a line, the values in one column. */
export function pairs(entries: readonly (readonly [string, string])[], paint: Paint, indent = ''): string {
  const width = Math.max(0, ...entries.map(([name]) => textWidth(name)));
  return entries.map(([name, value]) => `${indent}${paint('dim', pad(name, width))}  ${value}`).join('\n');
}
