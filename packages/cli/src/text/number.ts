import type { ParameterValue } from '@fettle/core';

/** A number for people: five significant digits, whole numbers in full. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined) return '–';
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  return String(Number(value.toPrecision(5))).replace(/e\+?(-?)/, 'e$1');
}

/** One parameter's value for people. */
export function formatParameter(value: ParameterValue | undefined): string {
  if (value === undefined) return '–';
  return typeof value === 'number' ? formatNumber(value) : String(value);
}

/** A number of bytes for people. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** step;
  return `${step === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[step]}`;
}
