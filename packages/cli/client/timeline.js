import { decodeColumn } from './decode.js';
import { formatCount, formatDuration } from './format.js';
import { createFrame } from './frame.js';
import { durationScale, linearScale } from './scale.js';
import { legend, nothing, section } from './section.js';

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./main.js').Page} Page */

/**
 * When attempts ran and how they ended; a lane for each that ran at once.
 * @param {Model} model
 * @param {Page} page
 */
export function timelineChart(model, page) {
  const { timeline } = model.data;
  const trials = decodeColumn(timeline.trial);
  const attempts = decodeColumn(timeline.attempt);
  const lanes = decodeColumn(timeline.lane);
  const starts = decodeColumn(timeline.start);
  const durations = decodeColumn(timeline.duration);
  const kinds = decodeColumn(timeline.kind);
  const end = starts.reduce((last, start, place) => Math.max(last, start + durations[place]), 1);
  const height = Math.min(480, Math.max(110, timeline.lanes * 22 + 66));
  let x = durationScale(0, end, 0, 1);
  let y = linearScale(0, 1, 0, 1);

  /** @param {number} place */
  const top = (place) => y.map(lanes[place]);
  /** @param {number} place */
  const hitAt = (place) => ({
    x: x.map(starts[place] + durations[place] / 2),
    y: y.map(lanes[place] + 0.5),
    place,
    trial: trials[place],
    text: {
      title: `Trial ${trials[place]}, attempt ${attempts[place]}`,
      lines: /** @type {[string, string][]} */ ([
        ['end', timeline.kinds[kinds[place]]],
        ['began', `after ${formatDuration(starts[place])}`],
        ['ran for', formatDuration(durations[place])],
      ]),
    },
  });

  const frame = createFrame({
    label: `Timeline of ${formatCount(trials.length)} attempts in ${timeline.lanes} lanes`,
    height,
    xTitle: 'time since the study began',
    yTitle: 'lane',
    tooltip: page.tooltip,
    open: page.open,
    layout(area) {
      x = durationScale(0, end, area.left, area.right);
      y = linearScale(0, Math.max(1, timeline.lanes), area.top, area.bottom);
      const every = Math.max(1, Math.ceil(timeline.lanes / 8));
      const ticks = Array.from({ length: timeline.lanes }, (_, lane) => ({
        value: lane + 0.5,
        label: String(lane + 1),
      }));
      return { x, y: { ...y, ticks: () => ticks.filter((_, lane) => lane % every === 0) } };
    },
    paint(context, area, theme) {
      const lane = (area.bottom - area.top) / Math.max(1, timeline.lanes);
      const gap = lane > 5 ? 1.5 : 0;
      for (let place = 0; place < trials.length; place += 1) {
        const left = x.map(starts[place]);
        const width = x.map(starts[place] + durations[place]) - left;
        context.fillStyle = theme.states[timeline.kinds[kinds[place]]];
        // A hair of surface between two attempts, where there is room for it.
        context.fillRect(left, top(place) + gap / 2, Math.max(0.6, width > 4 ? width - 1 : width), lane - gap);
      }
      context.strokeStyle = theme.ink;
      context.setLineDash([2, 3]);
      context.lineWidth = 1;
      for (const session of timeline.sessions.slice(1)) {
        context.beginPath();
        context.moveTo(x.map(session), area.top);
        context.lineTo(x.map(session), area.bottom);
        context.stroke();
      }
      context.setLineDash([]);
    },
    locate(px, py) {
      const lane = Math.floor(y.invert(py));
      const time = x.invert(px);
      const slack = x.invert(px + 3) - time;
      let found = -1;
      for (let place = 0; place < trials.length; place += 1) {
        if (lanes[place] !== lane || starts[place] > time + slack || starts[place] + durations[place] < time - slack)
          continue;
        found = place;
        if (starts[place] <= time && starts[place] + durations[place] >= time) break;
      }
      return found === -1 ? undefined : hitAt(found);
    },
    walk(from, step) {
      const place = from?.place === undefined ? (step === 1 ? 0 : trials.length - 1) : from.place + step;
      return place >= 0 && place < trials.length ? hitAt(place) : from;
    },
  });

  const present = timeline.kinds.filter((_, kind) => kinds.includes(kind));
  const thinned =
    trials.length < timeline.total
      ? ` Drawn: ${formatCount(trials.length)} of ${formatCount(timeline.total)} attempts.`
      : '';
  return section({
    id: 'timeline',
    title: 'Timeline',
    lead: `When attempts ran and how they ended; as many lanes as ran at once.${thinned}`,
    content:
      trials.length === 0
        ? [nothing('Nothing has been launched yet.')]
        : [
            frame.node,
            legend([
              ...present.map((kind) => ({ mark: `box ${kind}`, text: KIND_TEXTS[kind] })),
              ...(timeline.sessions.length > 1 ? [{ mark: 'rule dashed', text: 'a new session' }] : []),
            ]),
          ],
  });
}

const KIND_TEXTS = {
  completed: 'ran to its end',
  stopped: 'stopped',
  paused: 'paused',
  evicted: 'evicted or checkpointed',
  failed: 'failed',
  running: 'running',
};
