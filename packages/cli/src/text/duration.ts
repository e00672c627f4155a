const UNITS: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const PART = /(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/g;
const WHOLE = /^\s*(?:\d+(?:\.\d+)?\s*(?:ms|s|m|h|d)\s*)+$/;

/**
 * Milliseconds of a duration as people write it: a number and a unit (`ms`, `s`, `m`, `h`, `d`), or several behind each
 * other from large to small: `90s`, `1.5h`, `1h30m`, `2d 12h`.
 *
 * A number without a unit is no duration: whether 10 means seconds or minutes would have to be guessed.
 * @returns undefined if the text is not a duration
 */
export function parseDuration(text: string): number | undefined {
  if (!WHOLE.test(text)) return undefined;
  let total = 0;
  let last = Number.POSITIVE_INFINITY;
  for (const [, amount, unit] of text.matchAll(PART)) {
    const size = UNITS[unit ?? ''] ?? 0;
    if (size >= last) return undefined;
    last = size;
    total += Number(amount) * size;
  }
  return Math.round(total);
}

/** A duration for people, with its two largest units: `850ms`, `12s`, `3m 05s`, `2h 10m`, `4d 3h`. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '–';
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))}ms`;
  const seconds = Math.round(milliseconds / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`;
  return `${Math.floor(seconds / 86_400)}d ${Math.floor((seconds % 86_400) / 3600)}h`;
}
