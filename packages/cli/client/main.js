import { curvesChart } from './curves.js';
import { createDetails } from './details.js';
import { element } from './dom.js';
import { formatMoment } from './format.js';
import { head } from './head.js';
import { historyChart } from './history.js';
import { importanceChart } from './importance.js';
import { ladderChart } from './ladder.js';
import { createModel } from './model.js';
import { parallelChart } from './parallel.js';
import { sliceCharts } from './slices.js';
import { surrogateCharts } from './surrogate.js';
import { watchTheme } from './theme.js';
import { timelineChart } from './timeline.js';
import { createTooltip } from './tooltip.js';
import { trialsTable } from './trials.js';

/**
 * What the parts of the page share.
 * @typedef {object} Page
 * @property {ReturnType<typeof createTooltip>} tooltip
 * @property {(trial: number) => void} open shows a trial's details
 * @property {(rows: number[] | undefined, text: string) => void} select chooses rows for the table; `undefined` chooses all
 * @property {(listener: (rows: number[] | undefined, text: string) => void) => void} onSelect
 * @property {import('./model.js').Parameter[]} byImportance the parameters that vary, the most important first
 */

const PARTS = [
  { text: 'History', draw: historyChart },
  { text: 'Learning curves', draw: curvesChart },
  { text: 'Rungs', draw: ladderChart },
  { text: 'Importance', draw: importanceChart },
  { text: 'Timeline', draw: timelineChart },
  { text: 'Model', draw: surrogateCharts },
  { text: 'Parallel coordinates', draw: parallelChart },
  { text: 'Parameters', draw: sliceCharts },
  { text: 'Trials', draw: trialsTable },
];

/** Draws the report into the page that holds its data. */
async function start() {
  const source = document.getElementById('report-data')?.textContent ?? '';
  const model = createModel(JSON.parse(source));
  const tooltip = createTooltip();
  const details = createDetails(model, tooltip);
  /** @type {((rows: number[] | undefined, text: string) => void)[]} */
  const listeners = [];
  /** @type {Page} */
  const page = {
    tooltip,
    open: (trial) => {
      tooltip.hide();
      details.open(trial);
    },
    select: (rows, text) => {
      for (const listener of listeners) listener(rows, text);
    },
    onSelect: (listener) => void listeners.push(listener),
    byImportance: orderByImportance(model),
  };
  watchTheme();
  const contents = element('nav', { class: 'contents', 'aria-label': 'Parts of the report' });
  const main = element('main');
  const { study } = model.data;
  document.body.prepend(
    element(
      'div',
      { class: 'page' },
      head(model, page),
      contents,
      main,
      element('footer', {}, `Made by fettle report. The study was last changed ${formatMoment(study.updatedAt)}.`),
    ),
  );
  for (const { text, draw } of PARTS) {
    // The browser may paint between two parts, so that a large study shows its head at once.
    await new Promise((resolve) => setTimeout(resolve));
    const made = draw(model, page);
    if (made === undefined) continue;
    main.append(made);
    contents.append(element('a', { href: `#${made.id}` }, text));
  }
  document.documentElement.dataset.ready = 'true';
}

/** @param {import('./model.js').Model} model */
function orderByImportance({ data, parameters }) {
  const { importance } = data;
  // A parameter that never varies has nothing to show in a chart.
  const varying = parameters.filter((parameter) => parameter.max > parameter.min);
  if (!importance.known) return varying;
  const rank = new Map(importance.parameters.map(({ name }, place) => [name, place]));
  return varying.sort((a, b) => (rank.get(a.name) ?? 0) - (rank.get(b.name) ?? 0));
}

void start();
