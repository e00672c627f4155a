import { formatDuration, formatNumber } from './format.js';

/**
 * @typedef {object} Tick
 * @property {number} value
 * @property {string} label empty for a tick without a label
 */

/**
 * An axis: where values lie between two pixels.
 * @typedef {object} Scale
 * @property {number} min
 * @property {number} max
 * @property {(value: number) => number} map pixel of a value; values beyond the ends lie on them
 * @property {(pixel: number) => number} invert
 * @property {(wanted: number) => Tick[]} ticks about as many ticks as wanted
 */

/**
 * @param {number} min
 * @param {number} max
 * @param {number} from pixel of `min`
 * @param {number} to pixel of `max`
 * @returns {Scale}
 */
export function linearScale(min, max, from, to) {
  const [low, high] = widen(min, max);
  return {
    min: low,
    max: high,
    map: (value) => from + ((clamp(value, low, high) - low) / (high - low)) * (to - from),
    invert: (pixel) => low + ((pixel - from) / (to - from)) * (high - low),
    ticks: (wanted) => linearTicks(low, high, niceStep((high - low) / Math.max(1, wanted))),
  };
}

/**
 * A linear axis of things that come whole: ticks stand at whole numbers only.
 * @param {number} min
 * @param {number} max
 * @param {number} from
 * @param {number} to
 * @returns {Scale}
 */
export function wholeScale(min, max, from, to) {
  const scale = linearScale(min === max ? min - 1 : min, min === max ? max + 1 : max, from, to);
  return {
    ...scale,
    ticks: (wanted) =>
      linearTicks(scale.min, scale.max, Math.max(1, niceStep((scale.max - scale.min) / Math.max(1, wanted)))),
  };
}

/**
 * A logarithmic axis; both ends must be positive.
 * @param {number} min
 * @param {number} max
 * @param {number} from
 * @param {number} to
 * @returns {Scale}
 */
export function logScale(min, max, from, to) {
  const [low, high] = min === max ? [min / 2, max * 2] : [min, max];
  const ratio = Math.log(high / low);
  return {
    min: low,
    max: high,
    map: (value) => from + (Math.log(clamp(value, low, high) / low) / ratio) * (to - from),
    invert: (pixel) => low * Math.exp(((pixel - from) / (to - from)) * ratio),
    ticks: (wanted) => logTicks(low, high, wanted),
  };
}

/**
 * A logarithmic axis towards 1, for what comes as 0.9, 0.99, 0.999: it gives each of these steps the same room. Both ends
 * must be less than 1.
 * @param {number} min
 * @param {number} max
 * @param {number} from
 * @param {number} to
 * @returns {Scale}
 */
export function reverseLogScale(min, max, from, to) {
  const scale = logScale(1 - max, 1 - min, to, from);
  /** @param {number} value what is left to 1, or the value of which that is left; free of the noise of the subtraction */
  const turn = (value) => Number((1 - value).toPrecision(12));
  return {
    min,
    max,
    map: (value) => scale.map(1 - value),
    invert: (pixel) => 1 - scale.invert(pixel),
    ticks: (wanted) =>
      scale
        .ticks(wanted)
        .map(({ value }) => ({ value: turn(value), label: formatNumber(turn(value), 6) }))
        .reverse(),
  };
}

/**
 * One place for each level, with half a place of room at the ends.
 * @param {readonly string[]} levels
 * @param {number} from
 * @param {number} to
 * @returns {Scale}
 */
export function categoryScale(levels, from, to) {
  const count = Math.max(1, levels.length);
  return {
    min: 0,
    max: count - 1,
    map: (value) => from + ((value + 0.5) / count) * (to - from),
    invert: (pixel) => ((pixel - from) / (to - from)) * count - 0.5,
    ticks: (wanted) => {
      const every = Math.max(1, Math.ceil(count / Math.max(3, wanted * 1.6)));
      return levels.flatMap((label, value) => (value % every === 0 ? [{ value, label }] : []));
    },
  };
}

/**
 * The axis of a parameter.
 * @param {import('../src/report/report-data.ts').ParameterData} parameter
 * @param {number} from
 * @param {number} to
 * @returns {Scale}
 */
export function parameterScale({ kind, levels, scale, whole, min, max }, from, to) {
  if (kind === 'category') return categoryScale(levels, from, to);
  if (scale === 'log') return logScale(min, max, from, to);
  if (scale === 'reverse-log') return reverseLogScale(min, max, from, to);
  return (whole ? wholeScale : linearScale)(min, max, from, to);
}

/**
 * Elapsed time in milliseconds.
 * @param {number} min
 * @param {number} max
 * @param {number} from
 * @param {number} to
 * @returns {Scale}
 */
export function durationScale(min, max, from, to) {
  const scale = linearScale(min, Math.max(max, min + 1), from, to);
  return {
    ...scale,
    ticks: (wanted) => {
      const rough = (scale.max - scale.min) / Math.max(1, wanted);
      const step = DURATIONS.find((candidate) => candidate >= rough) ?? niceStep(rough / DAY) * DAY;
      return linearTicks(scale.min, scale.max, step).map(({ value }) => ({
        value,
        label: value === 0 ? '0' : formatDuration(value),
      }));
    },
  };
}

const MILLISECOND = 1;
const SECOND = 1000 * MILLISECOND;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DURATIONS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * MILLISECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  DAY,
];

/**
 * @param {number} low
 * @param {number} high
 * @param {number} step
 * @returns {Tick[]}
 */
function linearTicks(low, high, step) {
  const ticks = [];
  const digits = Math.max(1, Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high)) / step)) + 1);
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index += 1) {
    const value = index * step;
    ticks.push({ value, label: formatNumber(Number(value.toPrecision(12)), Math.min(12, digits)) });
  }
  return ticks;
}

/**
 * @param {number} low
 * @param {number} high
 * @param {number} wanted
 * @returns {Tick[]}
 */
function logTicks(low, high, wanted) {
  const decades = Math.log10(high / low);
  if (decades < 1) {
    const ticks = linearTicks(low, high, niceStep((high - low) / Math.max(1, wanted)));
    if (ticks.length > 1) return ticks;
  }
  const every = Math.max(1, Math.ceil(decades / Math.max(1, wanted)));
  const factors = every > 1 ? [1] : wanted >= decades * 3 ? [1, 2, 5] : wanted >= decades * 2 ? [1, 3] : [1];
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    if (power % every !== 0) continue;
    for (const factor of factors) {
      const value = factor * 10 ** power;
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) ticks.push({ value, label: formatNumber(value, 3) });
    }
  }
  return ticks;
}

/**
 * The nearest of 1, 2, 5 × a power of ten, as ratios go.
 * @param {number} rough
 */
export function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  const part = rough / power;
  return (part < Math.SQRT2 ? 1 : part < Math.sqrt(10) ? 2 : part < Math.sqrt(50) ? 5 : 10) * power;
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function clamp(value, low, high) {
  return value < low ? low : value > high ? high : value;
}

/**
 * Room around a single value: an axis must have a length.
 * @param {number} min
 * @param {number} max
 */
function widen(min, max) {
  if (!(max >= min)) return [0, 1];
  if (max > min) return [min, max];
  const room = Math.abs(min) * 0.1 || 1;
  return [min - room, max + room];
}
