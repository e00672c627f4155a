import { createDensity } from './density.js';
import { element } from './dom.js';
import { createFrame, dot, nearest, ring } from './frame.js';
import { linearScale, parameterScale } from './scale.js';
import { colourBar, nothing, section } from './section.js';
import { valueRange } from './value-range.js';

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./model.js').Parameter} Parameter */
/** @typedef {import('./main.js').Page} Page */

const MOST_DOTS = 4000;
/** So many parameters are drawn at once; the others on demand. */
const FIRST = 12;

/**
 * Each parameter against the objective, one small chart for each, the most important first.
 * @param {Model} model
 * @param {Page} page
 */
export function sliceCharts(model, page) {
  const { study } = model.data;
  const usable = model.plotted.some((value) => !Number.isNaN(value));
  const ordered = page.byImportance;
  const grid = element(
    'div',
    { class: 'slices' },
    ordered.slice(0, FIRST).map((parameter) => slice(model, page, parameter)),
  );
  const rest = ordered.slice(FIRST);
  const more = element('button', { type: 'button', class: 'quiet' }, `Show ${rest.length} more`);
  more.addEventListener('click', () => {
    grid.append(...rest.map((parameter) => slice(model, page, parameter)));
    more.remove();
  });
  return section({
    id: 'slices',
    title: 'Parameters one by one',
    lead: `Each parameter against ${study.metric}, the most important first. Trials in which a parameter is not active are left out of its chart.`,
    wide: true,
    controls: [colourBar('sequence', 'first trials', 'last trials')],
    content:
      ordered.length === 0 || !usable
        ? [nothing('Nothing to compare yet: no trial has a finite value, or no parameter varies.')]
        : [grid, rest.length > 0 ? more : undefined],
  });
}

/**
 * @param {Model} model
 * @param {Page} page
 * @param {Parameter} parameter
 */
function slice(model, page, parameter) {
  const { study } = model.data;
  /** @type {number[]} */
  const rows = [];
  for (let row = 0; row < model.rows; row += 1) {
    if (!Number.isNaN(parameter.cells[row]) && !Number.isNaN(model.plotted[row])) rows.push(row);
  }
  // Categories would lie in one line: each trial is moved aside by a fixed amount that depends on its number only.
  const spread = parameter.kind === 'category' ? 0.5 / Math.max(1, parameter.levels.length) : 0;
  let xs = new Float64Array();
  let ys = new Float64Array();

  /** @param {number} place */
  const hitAt = (place) => ({
    x: xs[place],
    y: ys[place],
    place,
    trial: model.ids[rows[place]],
    text: {
      title: `Trial ${model.ids[rows[place]]}`,
      lines: /** @type {[string, string][]} */ ([
        [parameter.name, model.parameterText(parameter, rows[place])],
        [study.metric, model.valueText(rows[place])],
      ]),
    },
  });

  const frame = createFrame({
    label: `${study.metric} by ${parameter.name}, ${rows.length} trials`,
    height: 250,
    xTitle: parameter.scale === 'linear' ? parameter.name : `${parameter.name} (${parameter.scale})`,
    yTitle: study.metric,
    tooltip: page.tooltip,
    open: page.open,
    layout(area) {
      const { min, max } = valueRange(model.plotted, study.goal, 'good');
      const room = (max - min) * 0.04;
      const left = area.left + 6;
      const right = area.right - 6;
      const x = parameterScale(parameter, left, right);
      const y = linearScale(min - room, max + room, area.bottom, area.top);
      xs = Float64Array.from(rows, (row) => {
        const aside = (((row * 0.618034) % 1) - 0.5) * spread * (right - left);
        return x.map(parameter.cells[row]) + aside;
      });
      ys = Float64Array.from(rows, (row) => y.map(model.plotted[row]));
      return { x, y };
    },
    paint(context, area, theme) {
      const last = Math.max(1, model.rows - 1);
      if (rows.length > MOST_DOTS) {
        const density = createDensity(area.right + 4, area.bottom + 4);
        for (let place = 0; place < rows.length; place += 1) density.point(xs[place], ys[place], rows[place] / last, 1);
        density.paint(context, 0, 0, theme.sequence, 'tone');
      } else {
        context.globalAlpha = rows.length > 500 ? 0.7 : 0.9;
        for (let place = 0; place < rows.length; place += 1) {
          const colour = theme.sequence[Math.round((rows[place] / last) * 255)];
          dot(context, xs[place], ys[place], rows.length > 500 ? 2 : 3, colour);
        }
        context.globalAlpha = 1;
      }
      const best = rows.indexOf(model.bestRow);
      if (best !== -1) {
        dot(context, xs[best], ys[best], 4, theme.best);
        ring(context, xs[best], ys[best], 6.5, theme.best, 2);
      }
    },
    locate(x, y) {
      const place = nearest(
        rows.length,
        (at) => xs[at],
        (at) => ys[at],
        x,
        y,
      );
      return place === -1 ? undefined : hitAt(place);
    },
    walk(from, step) {
      const place = from?.place === undefined ? (step === 1 ? 0 : rows.length - 1) : from.place + step;
      return place >= 0 && place < rows.length ? hitAt(place) : from;
    },
  });
  return element('figure', {}, element('figcaption', {}, parameter.name), frame.node);
}
