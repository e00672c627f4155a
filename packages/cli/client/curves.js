import { choice } from './choice.js';
import { decodeColumn } from './decode.js';
import { createDensity } from './density.js';
import { formatCount, formatNumber } from './format.js';
import { createFrame, dot, nearest } from './frame.js';
import { linearScale, logScale } from './scale.js';
import { colourBar, legend, nothing, section } from './section.js';
import { valueAxis } from './value-axis.js';

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./main.js').Page} Page */

/** Above this many curves a raster of their density is drawn. */
const MOST_LINES = 200;

/**
 * What trials reported on their way.
 * @param {Model} model
 * @param {Page} page
 */
export function curvesChart(model, page) {
  const { study, curves, rungs } = model.data;
  const trials = decodeColumn(curves.trial);
  const lengths = decodeColumn(curves.length);
  const levels = decodeColumn(curves.levels);
  const resources = decodeColumn(curves.level).map((place) => levels[place]);
  const values = decodeColumn(curves.value);
  const starts = new Int32Array(trials.length + 1);
  for (const [curve, length] of lengths.entries()) starts[curve + 1] = starts[curve] + length;
  const bestCurve = trials.indexOf(model.data.best?.id ?? Number.NaN);
  /** The curve of each point. */
  const curveOf = new Int32Array(values.length);
  for (let curve = 0; curve < trials.length; curve += 1) curveOf.fill(curve, starts[curve], starts[curve + 1]);
  // Where the searcher's ladders are known they say more than where trials happened to be cut.
  const rungLevels = model.data.ladders.flatMap((ladder) => ladder.rungs.map(({ resource }) => resource));
  const lowest = levels[0];
  const highest = levels[levels.length - 1];
  const axis = valueAxis(values, study.goal, () => frame.redraw());

  /** @type {'linear' | 'log'} */
  let along = lowest > 0 && highest / lowest >= 9 && levels.length <= 12 ? 'log' : 'linear';
  const marked = [...new Set(rungLevels.length > 0 ? rungLevels : rungs.map(({ resource }) => resource))].filter(
    (level) => level >= lowest && level <= highest,
  );
  let xs = new Float64Array();
  let ys = new Float64Array();

  /** @param {number} point */
  const hitAt = (point) => {
    const trial = trials[curveOf[point]];
    const row = model.rowOf(trial);
    return {
      x: xs[point],
      y: ys[point],
      place: point,
      trial,
      text: {
        title: `Trial ${trial}`,
        lines: /** @type {[string, string][]} */ ([
          [study.resourceName, formatNumber(resources[point])],
          [study.metric, formatNumber(values[point])],
          ...(row === -1 ? [] : [['state', model.states[row]]]),
        ]),
      },
    };
  };

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} curve
   * @param {string} colour
   * @param {number} width
   */
  const paintCurve = (context, curve, colour, width) => {
    let begun = false;
    context.beginPath();
    for (let point = starts[curve]; point < starts[curve + 1]; point += 1) {
      if (Number.isNaN(ys[point])) {
        begun = false;
        continue;
      }
      if (begun) context.lineTo(xs[point], ys[point]);
      else context.moveTo(xs[point], ys[point]);
      begun = true;
    }
    context.lineWidth = width;
    context.lineJoin = 'round';
    context.strokeStyle = colour;
    context.stroke();
    const last = starts[curve + 1] - 1;
    if (!Number.isNaN(ys[last])) dot(context, xs[last], ys[last], width + 0.6, colour);
  };

  const frame = createFrame({
    label: `Learning curves of ${formatCount(trials.length)} trials: ${study.metric} by ${study.resourceName}`,
    height: 340,
    xTitle: study.resourceName,
    yTitle: study.metric,
    tooltip: page.tooltip,
    open: page.open,
    layout(area) {
      const x = (along === 'log' ? logScale : linearScale)(lowest, highest, area.left + 8, area.right - 10);
      const y = axis.scale(area).scale;
      xs = resources.map((resource) => x.map(resource));
      ys = values.map((value) => (Number.isFinite(value) ? y.map(value) : Number.NaN));
      // A ladder's rungs say more than round numbers.
      if (levels.length > 1 && levels.length <= 8) {
        return { x: { ...x, ticks: () => Array.from(levels, (value) => ({ value, label: formatNumber(value) })) }, y };
      }
      return { x, y };
    },
    paint(context, area, theme) {
      const scale = (along === 'log' ? logScale : linearScale)(lowest, highest, area.left + 8, area.right - 10);
      context.setLineDash([4, 4]);
      context.strokeStyle = theme.muted;
      context.lineWidth = 1;
      for (const resource of marked) {
        context.beginPath();
        context.moveTo(scale.map(resource), area.top);
        context.lineTo(scale.map(resource), area.bottom);
        context.stroke();
      }
      context.setLineDash([]);
      if (trials.length > MOST_LINES) {
        const density = createDensity(area.right + 1, area.bottom + 1);
        for (let curve = 0; curve < trials.length; curve += 1) {
          for (let point = starts[curve]; point < starts[curve + 1]; point += 1) {
            if (Number.isNaN(ys[point])) continue;
            const next = point + 1;
            if (next < starts[curve + 1] && !Number.isNaN(ys[next]))
              density.line(xs[point], ys[point], xs[next], ys[next]);
            else if (point === starts[curve]) density.point(xs[point], ys[point]);
          }
        }
        density.paint(context, 0, 0, theme.density, 'strength');
      } else {
        context.globalAlpha = trials.length > 40 ? 0.5 : 0.75;
        for (let curve = 0; curve < trials.length; curve += 1) {
          const row = model.rowOf(trials[curve]);
          paintCurve(context, curve, theme.states[model.states[row] ?? 'completed'], 1.4);
        }
        context.globalAlpha = 1;
      }
      if (bestCurve !== -1) {
        paintCurve(context, bestCurve, theme.surface, 5);
        paintCurve(context, bestCurve, theme.best, 2.6);
      }
    },
    paintHit(context, hit, _area, theme) {
      const curve = curveOf[hit.place ?? 0];
      paintCurve(context, curve, theme.surface, 4);
      paintCurve(context, curve, theme.ink, 1.8);
    },
    locate(x, y) {
      const point = nearest(
        values.length,
        (place) => xs[place],
        (place) => ys[place],
        x,
        y,
      );
      return point === -1 ? undefined : hitAt(point);
    },
    walk(from, step) {
      let curve = from?.place === undefined ? (step === 1 ? -1 : trials.length) : curveOf[from.place];
      do curve += step;
      while (curve >= 0 && curve < trials.length && Number.isNaN(ys[starts[curve + 1] - 1]));
      return curve >= 0 && curve < trials.length ? hitAt(starts[curve + 1] - 1) : from;
    },
  });

  const thinned =
    trials.length < curves.total
      ? ` Drawn: ${formatCount(trials.length)} of ${formatCount(curves.total)} curves, evenly chosen.`
      : '';
  const states = ['completed', 'stopped', 'paused', 'failed', 'running'].filter((state) =>
    Array.from(trials).some((trial) => model.states[model.rowOf(trial)] === state),
  );
  return section({
    id: 'curves',
    title: 'Learning curves',
    lead: `${study.metric} by ${study.resourceName}, a line for each trial.${thinned}`,
    controls: [
      choice(
        'Resource',
        [
          { value: 'linear', text: 'x linear' },
          { value: 'log', text: 'x log', disabled: !(lowest > 0) },
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
      trials.length === 0
        ? [nothing('No trial has reported yet.')]
        : [
            frame.node,
            trials.length > MOST_LINES
              ? colourBar('density', 'few curves', 'many')
              : legend(states.map((state) => ({ mark: `rule ${state}`, text: state }))),
            legend([
              ...(bestCurve === -1 ? [] : [{ mark: 'rule best', text: 'best trial' }]),
              ...(marked.length > 0 ? [{ mark: 'rule dashed', text: rungText(rungs, study.resourceName) }] : []),
            ]),
          ],
  });
}

/**
 * @param {readonly { resource: number, paused: number, stopped: number }[]} rungs
 * @param {string} name
 */
function rungText(rungs, name) {
  if (rungs.length === 0) return 'rungs';
  const shown = rungs.slice(0, 6).map(({ resource, paused, stopped }) => {
    const cut = [
      paused > 0 ? `${formatCount(paused)} paused` : '',
      stopped > 0 ? `${formatCount(stopped)} stopped` : '',
    ];
    return `${formatNumber(resource)}: ${cut.filter((part) => part !== '').join(', ')}`;
  });
  return `cut at ${name} ${shown.join(' · ')}${rungs.length > 6 ? ' …' : ''}`;
}
