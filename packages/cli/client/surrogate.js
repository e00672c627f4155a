import { element } from './dom.js';
import { formatCount, formatNumber, formatShare } from './format.js';
import { createFrame, dot, nearest } from './frame.js';
import { linearScale, parameterScale } from './scale.js';
import { legend, section } from './section.js';

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./model.js').Parameter} Parameter */
/** @typedef {import('./main.js').Page} Page */
/** @typedef {import('@fettle/core').ParameterDescription} Described */

/** So many parameters are drawn. */
const MOST = 16;

/**
 * What the searcher's model believes: the share of each parameter, and its prediction along each of them.
 * @param {Model} model
 * @param {Page} page
 * @returns {HTMLElement | undefined} nothing where the searcher has no model
 */
export function surrogateCharts(model, page) {
  const { model: surrogate, study } = model.data;
  if (surrogate === undefined) return undefined;
  const ordered = [...surrogate.parameters].sort((a, b) => b.importance - a.importance).slice(0, MOST);
  const bounds = ordered.flatMap(({ slice }) => slice.flatMap(({ lower, upper }) => [lower, upper]));
  const range = { min: Math.min(...bounds), max: Math.max(...bounds) };
  return section({
    id: 'surrogate',
    title: 'What the model believes',
    lead: `${surrogate.name}, fitted to ${formatCount(surrogate.observations)} results. Each chart follows one parameter through the best configuration, the others held fixed; percentages are the share of the variation that the model ascribes to it by its length-scales.`,
    wide: true,
    controls: [
      legend([
        { mark: 'rule model', text: `predicted ${study.metric}` },
        { mark: 'band', text: '95 % interval' },
        { mark: 'rule best', text: 'best trial' },
      ]),
    ],
    content: [
      shares(ordered),
      element(
        'div',
        { class: 'slices' },
        ordered.flatMap((described) => {
          const parameter = model.parameters.find(({ name }) => name === described.name);
          return parameter === undefined || described.slice.length === 0
            ? []
            : [slice(model, page, parameter, described, range)];
        }),
      ),
    ],
  });
}

/** @param {readonly Described[]} parameters */
function shares(parameters) {
  const full = Math.max(Number.MIN_VALUE, ...parameters.map(({ importance }) => importance));
  return element(
    'table',
    { class: 'importance' },
    element('caption', { class: 'hidden' }, 'Importance of parameters by the length-scales of the model'),
    element(
      'tbody',
      {},
      parameters.map(({ name, importance }) => {
        const bar = element('i', { class: 'bar' });
        bar.style.width = `${(100 * importance) / full}%`;
        return element(
          'tr',
          {},
          element('th', { scope: 'row' }, name),
          element('td', { class: 'track' }, element('div', {}, bar)),
          element('td', { class: 'number' }, formatShare(importance)),
        );
      }),
    ),
  );
}

/**
 * @param {Model} model
 * @param {Page} page
 * @param {Parameter} parameter
 * @param {Described} described
 * @param {{ min: number, max: number }} range of all charts, so that they can be compared
 */
function slice(model, page, parameter, { importance, slice: places }, range) {
  const { study } = model.data;
  const isCategory = parameter.kind === 'category';
  const cells = places.map(({ value }) => (isCategory ? parameter.levels.indexOf(String(value)) : Number(value)));
  let xs = new Float64Array();
  let means = new Float64Array();
  let lows = new Float64Array();
  let highs = new Float64Array();
  let best = Number.NaN;

  /** @param {number} place */
  const hitAt = (place) => ({
    x: xs[place],
    y: means[place],
    place,
    text: {
      title: `${parameter.name} ${isCategory ? places[place].value : formatNumber(cells[place])}`,
      lines: /** @type {[string, string][]} */ ([
        [`predicted ${study.metric}`, formatNumber(places[place].mean)],
        ['95 % interval', `${formatNumber(places[place].lower)} to ${formatNumber(places[place].upper)}`],
      ]),
    },
  });

  const frame = createFrame({
    label: `${study.metric} that the model predicts by ${parameter.name}`,
    height: 230,
    xTitle: parameter.scale === 'linear' ? parameter.name : `${parameter.name} (${parameter.scale})`,
    yTitle: study.metric,
    tooltip: page.tooltip,
    layout(area) {
      const room = (range.max - range.min) * 0.04;
      const x = parameterScale(parameter, area.left + 6, area.right - 6);
      const y = linearScale(range.min - room, range.max + room, area.bottom, area.top);
      xs = Float64Array.from(cells, (cell) => x.map(cell));
      means = Float64Array.from(places, ({ mean }) => y.map(mean));
      lows = Float64Array.from(places, ({ lower }) => y.map(lower));
      highs = Float64Array.from(places, ({ upper }) => y.map(upper));
      const cell = model.bestRow === -1 ? Number.NaN : parameter.cells[model.bestRow];
      best = Number.isNaN(cell) ? cell : x.map(cell);
      return { x, y };
    },
    paint(context, area, theme) {
      if (isCategory) paintBars(context, theme);
      else paintBand(context, theme);
      if (Number.isNaN(best)) return;
      context.setLineDash([4, 4]);
      context.lineWidth = 1.5;
      context.strokeStyle = theme.best;
      context.beginPath();
      context.moveTo(best, area.top);
      context.lineTo(best, area.bottom);
      context.stroke();
      context.setLineDash([]);
    },
    locate(x, y) {
      const place = nearest(
        places.length,
        (at) => xs[at],
        (at) => means[at],
        x,
        y,
      );
      return place === -1 ? undefined : hitAt(place);
    },
    walk(from, step) {
      const place = from?.place === undefined ? (step === 1 ? 0 : places.length - 1) : from.place + step;
      return place >= 0 && place < places.length ? hitAt(place) : from;
    },
  });

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import('./theme.js').Theme} theme
   */
  function paintBand(context, theme) {
    context.beginPath();
    for (let place = 0; place < xs.length; place += 1) context.lineTo(xs[place], highs[place]);
    for (let place = xs.length - 1; place >= 0; place -= 1) context.lineTo(xs[place], lows[place]);
    context.closePath();
    context.globalAlpha = 0.18;
    context.fillStyle = theme.accent;
    context.fill();
    context.globalAlpha = 1;
    context.beginPath();
    for (let place = 0; place < xs.length; place += 1) context.lineTo(xs[place], means[place]);
    context.lineWidth = 2;
    context.lineJoin = 'round';
    context.strokeStyle = theme.accent;
    context.stroke();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import('./theme.js').Theme} theme
   */
  function paintBars(context, theme) {
    for (let place = 0; place < xs.length; place += 1) {
      context.globalAlpha = 0.3;
      context.lineWidth = 8;
      context.strokeStyle = theme.accent;
      context.beginPath();
      context.moveTo(xs[place], lows[place]);
      context.lineTo(xs[place], highs[place]);
      context.stroke();
      context.globalAlpha = 1;
      dot(context, xs[place], means[place], 4, theme.accent);
    }
  }

  return element('figure', {}, element('figcaption', {}, `${parameter.name} (${formatShare(importance)})`), frame.node);
}
