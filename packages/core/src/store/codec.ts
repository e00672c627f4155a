/**
 * JSON in which every number survives. Plain JSON turns `NaN` and the infinities into `null` and -0 into 0; here they are
 * written as `{"$number":"NaN"}`. A key of the user's own that looks like the mark (`$number`, `$$number` …) gets one more
 * `$`, so that nothing a user writes can be mistaken for it. Whatever has no such number and no such key, nearly
 * everything, is plain JSON and costs what plain JSON costs.
 */
const MARK = '$number';
const LOOKS_LIKE_MARK = /^\$+number$/;
/** Stands in a text whenever a key ends like the mark; a text without it needs no second look. */
const MARK_IN_TEXT = '$number"';

/** The text of a JSON value whose numbers may be any numbers. Members that are `undefined` are left out. */
export function encode(value: unknown): string {
  if (!hasSpecialNumber(value)) {
    const text = JSON.stringify(value);
    if (!text.includes(MARK_IN_TEXT)) return text;
  }
  return JSON.stringify(escaped(value));
}

/** The value of a text that {@link encode} made. */
export function decode(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return text.includes(MARK_IN_TEXT) ? restored(value) : value;
}

/** Whether JSON has no word for this number. */
function isSpecial(value: number): boolean {
  return value === 0 ? Object.is(value, -0) : !Number.isFinite(value);
}

function hasSpecialNumber(value: unknown): boolean {
  if (typeof value === 'number') return isSpecial(value);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasSpecialNumber);
  for (const key in value) {
    const member: unknown = value[key as keyof typeof value];
    if (typeof member === 'number' ? isSpecial(member) : typeof member === 'object' && hasSpecialNumber(member))
      return true;
  }
  return false;
}

function escaped(value: unknown): unknown {
  if (typeof value === 'number')
    return isSpecial(value) ? { [MARK]: Object.is(value, -0) ? '-0' : String(value) } : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(escaped);
  return mapMembers(value, (key) => (LOOKS_LIKE_MARK.test(key) ? `$${key}` : key), escaped);
}

function restored(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(restored);
  if (MARK in value) return Number(value[MARK]);
  return mapMembers(value, (key) => (LOOKS_LIKE_MARK.test(key) ? key.slice(1) : key), restored);
}

/** `fromEntries` defines members where assignment would set the prototype for a key named `__proto__`. */
function mapMembers(value: object, onKey: (key: string) => string, onValue: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [onKey(key), onValue(member)]));
}
