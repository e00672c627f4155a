import type { JsonObject, JsonValue } from '../domain/json.ts';

const HAS_WORD = /nan|inf/i;
/** A string (to its end or, if it has none, to the end of the line), or a bare NaN or infinity outside of strings. */
const STRING_OR_WORD = /"[^"\\]*(?:\\[^][^"\\]*)*"?|[+-]?\b(?:nan|inf(?:inity)?)\b/gi;

/**
 * The JSON object that a line is, or why it is none. Bare `NaN`, `Infinity` and `-Infinity`, as Python's `json.dumps`
 * writes them, come back as strings of the same words; so do `nan` and `inf`.
 */
export function parseJsonObject(line: string): JsonObject | string {
  const text = line.trim();
  if (!text.startsWith('{')) return 'not a JSON object';
  const parsed = parse(text) ?? (HAS_WORD.test(text) ? parse(quoteWords(text)) : undefined);
  // What begins with a brace and parses is an object.
  return parsed === undefined ? 'not valid JSON' : (parsed as JsonObject);
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function quoteWords(text: string): string {
  return text.replace(STRING_OR_WORD, (match) => (match.startsWith('"') ? match : `"${match}"`));
}
