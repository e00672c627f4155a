import type { JsonObject, JsonValue } from '@fettle/core';
import { formatNumber } from './number.ts';
import { type Paint, pad, printable, textWidth } from './style.ts';

/** Most members of a list that are printed. */
const MOST_MEMBERS = 12;

/** Data of any shape as lines for people: names and values in two columns, what is nested further in. */
export function dataLines(data: JsonObject, paint: Paint, indent = '  '): string[] {
  const entries = Object.entries(data);
  const width = Math.max(0, ...entries.map(([name]) => textWidth(words(name))));
  return entries.flatMap(([name, value]) => {
    const label = paint('dim', pad(words(name), width));
    if (!isObject(value)) return [`${indent}${label}  ${plain(value)}`];
    const inline = Object.entries(value).map(([key, item]) => `${words(key)} ${plain(item)}`);
    const flat = Object.values(value).every((item) => !isObject(item));
    if (flat && inline.length <= 4) return [`${indent}${label}  ${inline.join(', ')}`];
    return [`${indent}${paint('dim', words(name))}`, ...dataLines(value, paint, `${indent}  `)];
  });
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function plain(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string') return printable(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (!Array.isArray(value)) return printable(JSON.stringify(value));
  const shown = value.slice(0, MOST_MEMBERS).map(plain);
  return shown.join(', ') + (value.length > shown.length ? `, and ${value.length - shown.length} more` : '');
}

/** `fittedAt` as `fitted at`. */
function words(name: string): string {
  return printable(name).replace(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
}
