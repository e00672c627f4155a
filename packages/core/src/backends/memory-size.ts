const UNITS: { readonly [unit: string]: number } = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** The bytes of a size such as `512MiB`, `1.5 GB` or `2GiB`; `undefined` if it is none. */
export function parseMemorySize(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim()) ?? [];
  const factor = unit === undefined ? undefined : UNITS[unit];
  if (factor === undefined) return undefined;
  const bytes = Math.floor(Number(number) * factor);
  return bytes > 0 ? bytes : undefined;
}

/** A size for a message, such as `1.50 GiB`. */
export function formatMemorySize(bytes: number): string {
  const unit = bytes >= 2 ** 30 ? 'GiB' : 'MiB';
  return `${(bytes / (UNITS[unit] ?? 1)).toFixed(2)} ${unit}`;
}
