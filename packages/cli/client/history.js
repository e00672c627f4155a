import { choice } from './choice.js';
import { createDensity } from './density.js';
import { element } from './dom.js';
import { formatCount, formatDuration, formatNumber } from './format.js';
import { createFrame, dot, nearest, ring } from './frame.js';
import { durationScale, wholeScale } from './scale.js';
import { legend, nothing, section } from './section.js';
import { valueAxis } from './value-axis.js';

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./main.js').Page} Page */

/** Above this many trials single dots only hide each other. */
const MOST_DOTS = 4000;

/**
 * The value of every trial in the order of trials or of time, and the best one so far.
 * @param {Model} model
 * @param {Page} page
 */
export function historyChart(model, page) {
  const { study } = model.data;
  const sign = study.goal === 'maximize' ? -1 : 1;
  /** @type {'number' | 'time'} */
  let along = 'number';
  const axis = valueAxis(model.plotted, study.goal, () => frame.redraw());
  const note = element('p', { class: 'note' });

  /** @type {Float64Array} */
  let xs = new Float64Array();
  /** @type {Float64Array} */
  let ys = new Float64Array();
  /** @param {number} row */
  const at = (row) => (along === 'number' ? model.ids[row] : model.ended[row]);

  /** @param {number} row */
  const hitAt = (row) => ({
    x: xs[row],
    y: ys[row],
    place: row,
    trial: model.ids[row],
    text: {
      title: `Trial ${model.ids[row]}`,
      lines: /** @type {[string, string][]} */ ([
        [study.metric, model.valueText(row)],
        ['state', model.states[row]],
        [study.resourceName, formatNumber(model.resource[row])],
        ['ended', Number.isNaN(model.ended[row]) ? 'not yet' : `after ${formatDuration(model.ended[row])}`],
      ]),
    },
  });

  const frame = createFrame({
    label: `${study.metric} of ${formatCount(study.trials)} trials and the best value so far`,
    height: 340,
    gutter: 14,
    xTitle: 'trial',
    yTitle: study.metric,
    tooltip: page.tooltip,
    open: page.open,
    layout(area) {
      const { scale: y, beyond } = axis.scale(area);
      let first = Number.POSITIVE_INFINITY;
      let last = Number.NEGATIVE_INFINITY;
      for (let row = 0; row < model.rows; row += 1) {
        if (Number.isNaN(at(row))) continue;
        first = Math.min(first, at(row));
        last = Math.max(last, at(row));
      }
      const x =
        along === 'number'
          ? wholeScale(first, last, area.left + 6, area.right - 6)
          : durationScale(0, Math.max(1, last), area.left, area.right - 6);
      xs = Float64Array.from({ length: model.rows }, (_, row) => (Number.isNaN(at(row)) ? Number.NaN : x.map(at(row))));
      ys = model.plotted.map((value) => (Number.isNaN(value) ? area.bottom + 7 : y.map(value)));
      note.textContent =
        beyond > 0 ? `${formatCount(beyond)} values lie beyond the axis and are drawn on its edge.` : '';
      return { x, y, xTitle: along === 'number' ? 'trial' : 'time since the study began' };
    },
    paint(context, area, theme) {
      if (model.rows > MOST_DOTS) {
        const density = createDensity(area.right, area.bottom + 14);
        for (let row = 0; row < model.rows; row += 1) {
          if (!Number.isNaN(model.plotted[row])) density.point(xs[row], ys[row]);
        }
        density.paint(context, 0, 0, theme.density, 'strength');
      } else {
        const radius = model.rows > 500 ? 2 : 3.5;
        context.globalAlpha = model.rows > 500 ? 0.65 : 0.85;
        for (let row = 0; row < model.rows; row += 1) {
          if (!Number.isNaN(xs[row]) && !Number.isNaN(model.plotted[row]))
            dot(context, xs[row], ys[row], radius, theme.states[model.states[row]]);
        }
        context.globalAlpha = 1;
      }
      paintRug(context, theme);
      paintBest(context, area, theme);
    },
    locate(x, y) {
      const row = nearest(
        model.rows,
        (place) => xs[place],
        (place) => ys[place],
        x,
        y,
      );
      return row === -1 ? undefined : hitAt(row);
    },
    walk(from, step) {
      let row = from?.place === undefined ? (step === 1 ? -1 : model.rows) : from.place;
      do row += step;
      while (row >= 0 && row < model.rows && Number.isNaN(xs[row]));
      return row >= 0 && row < model.rows ? hitAt(row) : from;
    },
  });

  /**
   * Trials without a value to compare: ticks under the axis.
   * @param {CanvasRenderingContext2D} context
   * @param {import('./theme.js').Theme} theme
   */
  function paintRug(context, theme) {
    context.lineWidth = 1.2;
    context.globalAlpha = model.rows > MOST_DOTS ? 0.25 : 0.9;
    for (let row = 0; row < model.rows; row += 1) {
      if (!Number.isNaN(model.plotted[row]) || Number.isNaN(xs[row])) continue;
      context.strokeStyle = model.states[row] === 'failed' ? theme.bad : theme.muted;
      context.beginPath();
      if (model.rows > MOST_DOTS) {
        context.moveTo(xs[row], ys[row] - 4);
        context.lineTo(xs[row], ys[row] + 4);
        context.stroke();
        continue;
      }
      for (const direction of [-1, 1]) {
        context.moveTo(xs[row] - 3, ys[row] - 3 * direction);
        context.lineTo(xs[row] + 3, ys[row] + 3 * direction);
      }
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import('./frame.js').Area} area
   * @param {import('./theme.js').Theme} theme
   */
  function paintBest(context, area, theme) {
    const order = Array.from({ length: model.rows }, (_, row) => row).filter(
      (row) => !Number.isNaN(at(row)) && !Number.isNaN(model.plotted[row]),
    );
    if (along === 'time') order.sort((a, b) => at(a) - at(b));
    let best = Number.POSITIVE_INFINITY;
    let level = 0;
    context.beginPath();
    for (const row of order) {
      const value = sign * model.plotted[row];
      if (value >= best) continue;
      if (best === Number.POSITIVE_INFINITY) context.moveTo(xs[row], ys[row]);
      else context.lineTo(xs[row], level);
      context.lineTo(xs[row], ys[row]);
      level = ys[row];
      best = value;
    }
    if (best === Number.POSITIVE_INFINITY) return;
    context.lineTo(area.right - 6, level);
    context.lineWidth = 2.5;
    context.lineJoin = 'round';
    context.strokeStyle = theme.surface;
    context.stroke();
    context.lineWidth = 2;
    context.strokeStyle = theme.best;
    context.stroke();
    if (model.bestRow !== -1 && !Number.isNaN(xs[model.bestRow])) {
      dot(context, xs[model.bestRow], ys[model.bestRow], 4.5, theme.best);
      ring(context, xs[model.bestRow], ys[model.bestRow], 7, theme.best, 2);
    }
  }

  const present = ['completed', 'stopped', 'paused', 'running'].filter((state) =>
    model.states.some((known, row) => known === state && !Number.isNaN(model.plotted[row])),
  );
  const lost = model.states.some((_, row) => Number.isNaN(model.plotted[row]));
  return section({
    id: 'history',
    title: 'History',
    lead: 'The value of each trial, and the best value so far.',
    controls: [
      choice(
        'Order',
        [
          { value: 'number', text: 'By trial' },
          { value: 'time', text: 'By time' },
        ],
        along,
        (value) => {
          along = value;
          frame.redraw();
        },
      ),
      ...axis.controls,
    ],
    content:
      model.rows === 0
        ? [nothing('No trial has been created yet.')]
        : [
            frame.node,
            legend([
              ...(model.rows > MOST_DOTS
                ? [{ mark: 'dense', text: 'trials, darker where they are many' }]
                : present.map((state) => ({ mark: `dot ${state}`, text: state }))),
              ...(model.bestRow === -1 ? [] : [{ mark: 'rule best', text: 'best so far' }]),
              ...(lost ? [{ mark: 'cross', text: 'no value (failed, not finite, or not yet)' }] : []),
            ]),
            note,
          ],
  });
}
