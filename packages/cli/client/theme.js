/**
 * The colours of the page as canvases need them. Categorical colours are the "vibrant" scheme of Paul Tol and the
 * sequential ones follow viridis: both can be told apart with every common kind of colour blindness.
 * @typedef {object} Theme
 * @property {string} ink
 * @property {string} muted
 * @property {string} line
 * @property {string} surface
 * @property {string} accent
 * @property {string} best
 * @property {string} bad
 * @property {Record<string, string>} states by trial state or attempt kind
 * @property {readonly string[]} sequence colours from first to last
 * @property {readonly string[]} density colours from few to many
 * @property {readonly string[]} crowd the same, to stay in the background
 */

/** @type {Set<() => void>} */
const listeners = new Set();

/** @returns {Theme} */
export function currentTheme() {
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  const names = ['completed', 'stopped', 'paused', 'evicted', 'failed', 'running', 'queued'];
  const dark = read('scheme') === 'dark';
  return {
    ink: read('ink'),
    muted: read('muted'),
    line: read('line'),
    surface: read('surface'),
    accent: read('accent'),
    best: read('best'),
    bad: read('failed'),
    states: Object.fromEntries(names.map((name) => [name, read(name)])),
    sequence: ramp(dark ? VIRIDIS.slice(2) : VIRIDIS.slice(0, 8)),
    density: ramp(dark ? DENSITY_DARK : DENSITY_LIGHT),
    crowd: ramp(dark ? CROWD_DARK : CROWD_LIGHT),
  };
}

/**
 * Calls back when the colours change: the reader switches between light and dark, or prints.
 * @param {() => void} listener
 */
export function onThemeChange(listener) {
  listeners.add(listener);
}

/** Follows the reader's preference; paper is always light. */
export function watchTheme() {
  const notify = () => {
    for (const listener of listeners) listener();
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', notify);
  for (const name of ['beforeprint', 'afterprint']) {
    addEventListener(name, () => {
      document.documentElement.classList.toggle('printing', name === 'beforeprint');
      notify();
    });
  }
}

const VIRIDIS = ['#440154', '#472d7b', '#3b528b', '#2c728e', '#21918c', '#28ae80', '#5ec962', '#addc30', '#fde725'];
const DENSITY_LIGHT = ['#c6dcef', '#9ac4e3', '#5fa2d0', '#2f7ebb', '#1259a0', '#08306b'];
const CROWD_LIGHT = ['#eceff3', '#b4bdc9'];
const CROWD_DARK = ['#202936', '#4a586b'];
const DENSITY_DARK = ['#17344f', '#1f5583', '#2b7fbb', '#58a9dd', '#a3d3f2', '#eef8ff'];

/**
 * 256 colours between the given ones.
 * @param {readonly string[]} stops
 * @returns {string[]}
 */
function ramp(stops) {
  return Array.from({ length: 256 }, (_, place) => {
    const at = (place / 255) * (stops.length - 1);
    const below = Math.min(stops.length - 2, Math.floor(at));
    const share = at - below;
    const low = rgb(stops[below]);
    const high = rgb(stops[below + 1]);
    return `rgb(${low.map((part, index) => Math.round(part + (high[index] - part) * share)).join(' ')})`;
  });
}

/**
 * Red, green and blue of `#rrggbb` or `rgb(r g b)`.
 * @param {string} colour
 * @returns {number[]}
 */
export function rgb(colour) {
  if (colour.startsWith('#')) return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return (colour.match(/\d+/g) ?? []).map(Number);
}
