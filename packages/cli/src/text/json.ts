/**
 * JSON for other programs. JSON has no `NaN` and no infinities: they become the texts `"NaN"`, `"Infinity"` and
 * `"-Infinity"`, never `null`, so that they cannot be mistaken for a value that is missing.
 */
export function toJson(value: unknown, indent?: number): string {
  const plain = (_key: string, item: unknown): unknown =>
    typeof item === 'number' && !Number.isFinite(item) ? String(item) : item;
  return JSON.stringify(value, plain, indent);
}
