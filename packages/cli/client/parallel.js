import { createBrushes } from './brush.js';
import { createDensity } from './density.js';
import { element, svg } from './dom.js';
import { formatCount, formatNumber } from './format.js';
import { shorten } from './frame.js';
import { linearScale, parameterScale } from './scale.js';
import { colourBar, legend, nothing, section } from './section.js';
import { currentTheme, onThemeChange } from './theme.js';
import { valueRange } from './value-range.js';

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./main.js').Page} Page */

/**
 * An axis of the chart.
 * @typedef {object} Dimension
 * @property {string} name
 * @property {ArrayLike<number>} cells `NaN` where there is none
 * @property {(from: number, to: number) => import('./scale.js').Scale} scale
 * @property {string} absent what a missing cell is called
 */

/** Above this many lines the best of them are shown before the crowd of all. */
const MOST_LINES = 400;
const TOP_SHARE = 0.1;
/** The crowd is a backdrop: an even choice of so many lines looks like all of them. */
const MOST_CROWD = 8000;
/** So many parameters are drawn, the most important ones. */
const MOST_AXES = 14;
const TOP = 44;
const HEIGHT = 380;
/** Below the axes: the place of what is not active or has no value. */
const GUTTER = 30;
/** How far the names at the ends reach beyond their axis. */
const OUTSIDE = 48;

/**
 * Every trial as a line across its parameters to its value. Drawing along an axis keeps the trials that pass there.
 * @param {Model} model
 * @param {Page} page
 */
export function parallelChart(model, page) {
  const { study } = model.data;
  const important = new Set(page.byImportance.slice(0, MOST_AXES));
  const shown = model.parameters.filter((parameter) => important.has(parameter));
  const { min, max } = valueRange(model.plotted, study.goal, 'good');
  /** @type {Dimension[]} */
  const dimensions = [
    ...shown.map((parameter) => ({
      name: parameter.name,
      cells: parameter.cells,
      absent: 'not active',
      /** @type {Dimension['scale']} */
      scale: (from, to) => parameterScale(parameter, from, to),
    })),
    {
      name: study.metric,
      cells: model.plotted,
      absent: 'no value',
      scale: (from, to) => linearScale(min, max, from, to),
    },
  ];
  const tones = ranks(model);
  const bottom = HEIGHT - GUTTER - 8;
  const lines = svg('g');
  const axes = svg('svg', { class: 'axes' }, lines);
  const canvas = element('canvas', { 'aria-hidden': 'true' });
  const inner = element('div', { class: 'parallel' }, canvas, axes);
  inner.style.height = `${HEIGHT}px`;
  inner.style.setProperty('--axes', String(dimensions.length));
  const chosen = element('p', { class: 'note', role: 'status' });
  const toTable = element('button', { type: 'button', class: 'quiet', hidden: true }, 'Show them in the table');
  const clear = element('button', { type: 'button', class: 'quiet', hidden: true }, 'Clear');
  let width = 0;
  let waiting = false;
  /** @type {number[]} */
  let selection = [];

  const scales = dimensions.map((dimension) => dimension.scale(bottom, TOP));
  /** Where each trial crosses each axis. */
  const crossings = dimensions.map(({ cells }, axis) =>
    Float32Array.from(cells, (cell) => (Number.isNaN(cell) ? bottom + GUTTER - 8 : scales[axis].map(cell))),
  );
  /** @param {number} axis */
  const xOf = (axis) => 56 + (axis * (width - 112)) / Math.max(1, dimensions.length - 1);

  const brushes = createBrushes(
    dimensions.map(({ name }) => name),
    TOP,
    bottom + GUTTER,
    () => redraw(),
  );
  axes.append(brushes.node);
  toTable.addEventListener('click', () =>
    page.select(selection, `${formatCount(selection.length)} trials chosen in the parallel coordinates`),
  );
  clear.addEventListener('click', () => brushes.clear());

  const draw = () => {
    waiting = false;
    width = inner.clientWidth;
    if (width === 0) return;
    const theme = currentTheme();
    selection = [];
    for (let row = 0; row < model.rows; row += 1) {
      if (
        brushes.ranges.every(
          (range, axis) =>
            range === undefined || (crossings[axis][row] >= range[0] && crossings[axis][row] <= range[1]),
        )
      ) {
        selection.push(row);
      }
    }
    const brushed = brushes.ranges.some((range) => range !== undefined);
    chosen.textContent = brushed ? `${formatCount(selection.length)} of ${formatCount(model.rows)} trials chosen.` : '';
    toTable.hidden = !brushed || selection.length === 0;
    clear.hidden = !brushed;
    paintLines(theme);
    lines.replaceChildren(...dimensions.map((dimension, axis) => axisNode(dimension, axis)));
    brushes.place(xOf);
  };
  const redraw = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(draw);
  };

  /** @param {import('./theme.js').Theme} theme */
  function paintLines(theme) {
    const density = Math.min(3, devicePixelRatio || 1);
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(HEIGHT * density);
    const context = canvas.getContext('2d');
    if (context === null) return;
    context.scale(density, density);
    if (selection.length > MOST_LINES) {
      const byRank = [...selection].sort((a, b) => tones[b] - tones[a]);
      const every = Math.ceil(selection.length / MOST_CROWD);
      paintCrowd(
        context,
        selection.filter((_, place) => place % every === 0),
        theme.crowd,
      );
      paintCrowd(context, byRank.slice(0, Math.ceil(byRank.length * TOP_SHARE)), theme.density);
    } else {
      const worstFirst = [...selection].sort((a, b) => tones[a] - tones[b]);
      context.lineWidth = 1.2;
      context.globalAlpha = selection.length > 100 ? 0.5 : 0.75;
      for (const row of worstFirst) paintLine(context, row, theme.sequence[Math.round(tones[row] * 255)]);
      context.globalAlpha = 1;
    }
    if (selection.includes(model.bestRow)) {
      context.lineWidth = 5;
      paintLine(context, model.bestRow, theme.surface);
      context.lineWidth = 2.6;
      paintLine(context, model.bestRow, theme.best);
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {readonly number[]} rows
   * @param {readonly string[]} ramp
   */
  function paintCrowd(context, rows, ramp) {
    const raster = createDensity(width, HEIGHT);
    for (let axis = 1; axis < dimensions.length; axis += 1) {
      const from = crossings[axis - 1];
      const to = crossings[axis];
      const left = xOf(axis - 1);
      const right = xOf(axis);
      for (const row of rows) raster.line(left, from[row], right, to[row]);
    }
    raster.paint(context, 0, 0, ramp, 'strength');
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} row
   * @param {string} colour
   */
  function paintLine(context, row, colour) {
    context.beginPath();
    for (const [axis, crossing] of crossings.entries()) context.lineTo(xOf(axis), crossing[row]);
    context.strokeStyle = colour;
    context.stroke();
  }

  /**
   * @param {Dimension} dimension
   * @param {number} axis
   */
  function axisNode(dimension, axis) {
    const x = xOf(axis);
    const gap = (width - 112) / Math.max(1, dimensions.length - 1);
    const staggered = gap < 150;
    const last = dimensions.length - 1;
    // Names are in the middle over their axis, as wide as the way to the next; those at the ends begin or end a bit outside of it.
    const way = (staggered ? 2 : 1) * gap;
    const room = axis === 0 || axis === last ? way / 2 + OUTSIDE : way;
    const anchor = axis === 0 ? 'start' : axis === last ? 'end' : 'middle';
    const aside = axis === 0 ? -OUTSIDE : axis === last ? OUTSIDE : 0;
    const missing = Array.prototype.some.call(dimension.cells, Number.isNaN);
    const ticks = scales[axis].ticks(6).map(({ value, label }) => {
      const y = scales[axis].map(value);
      return [
        svg('line', { class: 'axis', x1: x - 4, x2: x, y1: y, y2: y }),
        svg('text', { class: 'tick halo', x: x - 7, y: y + 4, 'text-anchor': 'end' }, shorten(label, 8)),
      ];
    });
    return svg(
      'g',
      {},
      svg('line', { class: 'axis', x1: x, x2: x, y1: TOP, y2: bottom }),
      ticks.flat(),
      missing
        ? [
            svg('line', { class: 'axis', x1: x, x2: x, y1: bottom + GUTTER - 12, y2: bottom + GUTTER - 4 }),
            svg(
              'text',
              { class: 'tick halo', x: x - 7, y: bottom + GUTTER - 4, 'text-anchor': 'end' },
              dimension.absent,
            ),
          ]
        : [],
      svg(
        'text',
        { class: 'name', x: x + aside, y: staggered && axis % 2 === 1 ? 34 : 18, 'text-anchor': anchor },
        svg('title', {}, dimension.name),
        shorten(dimension.name, Math.max(6, Math.floor(room / 9.5))),
      ),
    );
  }

  new ResizeObserver(() => {
    if (inner.clientWidth !== width) redraw();
  }).observe(inner);
  onThemeChange(draw);

  const left = page.byImportance.length - shown.length;
  return section({
    id: 'parallel',
    title: 'Parallel coordinates',
    lead: `Each line is a trial. Drag along an axis to keep the trials that pass there (keyboard: focus an axis, arrow keys; Escape clears).${
      left > 0 ? ` The ${shown.length} most important of ${page.byImportance.length} parameters are shown.` : ''
    }`,
    wide: true,
    controls: [model.rows > MOST_LINES ? undefined : colourBar('sequence', 'worst', 'best')],
    content:
      model.rows === 0
        ? [nothing('No trial has been created yet.')]
        : [
            element(
              'div',
              {
                class: 'scroller',
                role: 'group',
                'aria-label': `Parallel coordinates of ${formatCount(model.rows)} trials`,
              },
              inner,
            ),
            legend([
              ...(model.rows > MOST_LINES
                ? [
                    { mark: 'all', text: 'all trials' },
                    { mark: 'top', text: 'the best tenth of those chosen' },
                  ]
                : []),
              {
                mark: 'rule best',
                text:
                  model.data.best === undefined
                    ? 'best trial (none yet)'
                    : `best trial, ${model.data.best.id}: ${formatNumber(model.data.best.value ?? Number.NaN)}`,
              },
            ]),
            element('div', { class: 'row' }, chosen, toTable, clear),
          ],
  });
}

/**
 * Each trial's place among all, from 0 (worst, or without value) to 1 (best): outliers then take no colours away.
 * @param {Model} model
 */
function ranks(model) {
  const sign = model.data.study.goal === 'maximize' ? 1 : -1;
  const order = Array.from({ length: model.rows }, (_, row) => row).filter((row) => !Number.isNaN(model.plotted[row]));
  order.sort((a, b) => sign * (model.plotted[a] - model.plotted[b]));
  const tones = new Float32Array(model.rows);
  for (const [rank, row] of order.entries()) tones[row] = order.length === 1 ? 1 : rank / (order.length - 1);
  return tones;
}
