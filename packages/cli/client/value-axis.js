import { choice } from './choice.js';
import { linearScale, logScale } from './scale.js';
import { valueRange } from './value-range.js';

/**
 * The vertical axis of a chart of values, and the controls that change it.
 * @param {ArrayLike<number>} values
 * @param {'minimize' | 'maximize'} goal
 * @param {() => void} redraw
 */
export function valueAxis(values, goal, redraw) {
  /** @type {'linear' | 'log'} */
  let spacing = 'linear';
  /** @type {'good' | 'all'} */
  let range = 'good';
  const finite = Array.from(values).filter((value) => Number.isFinite(value));
  const positive = finite.length > 0 && finite.every((value) => value > 0);
  return {
    /**
     * The scale in an area, and how many values lie beyond its ends.
     * @param {import('./frame.js').Area} area
     */
    scale(area) {
      const { min, max, cut } = valueRange(values, goal, range);
      const room = (max - min) * 0.04;
      const scale =
        spacing === 'log'
          ? logScale(min, max, area.bottom, area.top)
          : linearScale(min - room, max + room, area.bottom, area.top);
      return { scale, beyond: cut ? finite.filter((value) => value < min || value > max).length : 0 };
    },
    controls: [
      choice(
        'Range',
        [
          { value: 'good', text: 'Good part' },
          { value: 'all', text: 'All' },
        ],
        range,
        (value) => {
          range = value;
          redraw();
        },
      ),
      choice(
        'Scale',
        [
          { value: 'linear', text: 'Linear' },
          { value: 'log', text: 'Log', disabled: !positive },
        ],
        spacing,
        (value) => {
          spacing = value;
          redraw();
        },
      ),
    ],
  };
}
