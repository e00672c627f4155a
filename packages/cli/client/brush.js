import { svg } from './dom.js';

/** A part of an axis, in pixels from the top; `undefined` if the whole axis is meant. */
/** @typedef {readonly [from: number, to: number] | undefined} Range */

const STEP = 16;

/**
 * Brushes on vertical axes: drag to choose a part, click to give it up; with the keyboard, up and down move a part, plus
 * and minus change its length, Escape gives it up.
 * @param {readonly string[]} names of the axes
 * @param {number} top
 * @param {number} bottom
 * @param {() => void} changed
 */
export function createBrushes(names, top, bottom, changed) {
  /** @type {Range[]} */
  const ranges = names.map(() => undefined);
  const bands = names.map(() => svg('rect', { class: 'band', width: 18, rx: 3, hidden: true }));
  const handles = names.map((name, axis) => {
    const handle = svg('rect', {
      class: 'brush',
      y: top - 6,
      width: 36,
      height: bottom - top + 12,
      tabindex: 0,
      role: 'button',
      'aria-label': `Choose a part of ${name}`,
    });
    let start = 0;
    const pixel = (/** @type {PointerEvent} */ event) => {
      const box = handle.getBoundingClientRect();
      return Math.min(bottom, Math.max(top - 4, top - 6 + event.clientY - box.top));
    };
    handle.addEventListener('pointerdown', (event) => {
      handle.setPointerCapture(event.pointerId);
      start = pixel(event);
    });
    handle.addEventListener('pointermove', (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const now = pixel(event);
      if (Math.abs(now - start) > 3) set(axis, [Math.min(start, now), Math.max(start, now)]);
    });
    handle.addEventListener('pointerup', (event) => {
      if (Math.abs(pixel(event) - start) <= 3) set(axis, undefined);
    });
    handle.addEventListener('keydown', (event) => {
      const [from, to] = ranges[axis] ?? [top, top + (bottom - top) / 4];
      const move = {
        ArrowUp: [-STEP, -STEP],
        ArrowDown: [STEP, STEP],
        '+': [-STEP / 2, STEP / 2],
        '-': [STEP / 2, -STEP / 2],
      }[event.key];
      if (event.key === 'Escape') set(axis, undefined);
      else if (move !== undefined) {
        event.preventDefault();
        if (ranges[axis] === undefined) set(axis, [from, to]);
        else if (to + move[1] - (from + move[0]) >= STEP / 2)
          set(axis, [Math.max(top - 4, from + move[0]), Math.min(bottom, to + move[1])]);
      }
    });
    return handle;
  });

  /**
   * @param {number} axis
   * @param {Range} range
   */
  const set = (axis, range) => {
    ranges[axis] = range;
    changed();
  };

  return {
    /** @type {readonly Range[]} */
    ranges,
    /** What lies over the axes. It stays in place while it is used: an element that is taken out loses pointer and focus. */
    node: svg('g', {}, bands, handles),
    /** Gives up all choices. */
    clear() {
      ranges.fill(undefined);
      changed();
    },
    /**
     * Moves everything to where the axes are.
     * @param {(axis: number) => number} xOf
     */
    place(xOf) {
      for (const [axis, range] of ranges.entries()) {
        handles[axis].setAttribute('x', String(xOf(axis) - 18));
        const band = bands[axis];
        band.toggleAttribute('hidden', range === undefined);
        if (range === undefined) continue;
        band.setAttribute('x', String(xOf(axis) - 9));
        band.setAttribute('y', String(range[0]));
        band.setAttribute('height', String(range[1] - range[0]));
      }
    },
  };
}
