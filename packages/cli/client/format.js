/**
 * A number for people: five significant digits, whole numbers in full.
 * @param {number} value
 * @param {number} [digits] significant digits
 */
export function formatNumber(value, digits = 5) {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return minus(String(value));
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) {
    return minus(
      value
        .toExponential(digits - 1)
        .replace(/\.?0+e/, 'e')
        .replace('e+', 'e'),
    );
  }
  return minus(String(Number(value.toPrecision(Math.max(digits, 1)))));
}

/**
 * A number of things, with its thousands apart.
 * @param {number} count
 */
export function formatCount(count) {
  return minus(String(Math.round(count)).replaceAll(/\B(?=(\d{3})+$)/g, '\u202f'));
}

/**
 * An amount of resource: like a number of things if it is whole.
 * @param {number} amount
 */
export function formatAmount(amount) {
  return Number.isInteger(amount) ? formatCount(amount) : formatNumber(amount);
}

/**
 * A length of time in at most two units.
 * @param {number} milliseconds
 */
export function formatDuration(milliseconds) {
  if (!Number.isFinite(milliseconds)) return '–';
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s`;
  const parts = [
    { unit: 'd', amount: Math.floor(seconds / 86_400) },
    { unit: 'h', amount: Math.floor((seconds % 86_400) / 3600) },
    { unit: 'min', amount: Math.floor((seconds % 3600) / 60) },
    { unit: 's', amount: Math.floor(seconds % 60) },
  ];
  const first = parts.findIndex((part) => part.amount > 0);
  return parts
    .slice(first, first + 2)
    .filter((part) => part.amount > 0)
    .map((part) => `${part.amount} ${part.unit}`)
    .join(' ');
}

/**
 * A moment in the reader's own time zone.
 * @param {number} at milliseconds since the epoch
 */
export function formatMoment(at) {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** @param {number} share from 0 to 1 */
export function formatShare(share) {
  const percent = share * 100;
  return `${percent > 0 && percent < 1 ? '< 1' : Math.round(percent)} %`;
}

/** @param {string} text */
function minus(text) {
  return text.replaceAll('-', '−');
}
