const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NOT_FINITE = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i;
const DECIMAL_COMMA = /^[+-]?\d+,\d+(?:e[+-]?\d+)?$/i;
const THOUSANDS_COMMA = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?(?:e[+-]?\d+)?$/i;
const THOUSANDS_POINT = /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+,\d+$/;

/**
 * The number that a text is, all of it: decimals as any language prints them (`1e-3`, `.5`, `+3`), and NaN and infinities
 * in the usual spellings (`NaN`, `nan`, `inf`, `-Infinity`). `undefined` for everything else.
 */
export function readNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (DECIMAL.test(trimmed)) return Number(trimmed);
  const match = NOT_FINITE.exec(trimmed);
  if (match === null) return undefined;
  if (match[2] !== undefined) return Number.NaN;
  return match[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Whether a text is a number with a comma, as people write it: `0,93`, `1,234.5`, `1.234,5`. */
export function hasLocaleComma(text: string): boolean {
  return DECIMAL_COMMA.test(text) || THOUSANDS_COMMA.test(text) || THOUSANDS_POINT.test(text);
}

/** Why a text is no number. */
export function whyNoNumber(text: string): string {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  if (text.trim() === '') return 'it is empty';
  if (hasLocaleComma(text.trim()))
    return `'${shown}' has a comma, which can mean two things: print numbers like 1234.5`;
  return `'${shown}' is not a number`;
}
