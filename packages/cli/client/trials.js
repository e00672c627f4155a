import { element } from './dom.js';
import { parseFilter } from './filter.js';
import { formatCount, formatDuration, formatNumber } from './format.js';
import { nothing, section } from './section.js';
import { createTable } from './table.js';

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./main.js').Page} Page */
/** @typedef {import('./table.js').Column} Column */

/**
 * All trials in a table to sort and to filter.
 * @param {Model} model
 * @param {Page} page
 */
export function trialsTable(model, page) {
  const { study } = model.data;
  const columns = trialColumns(model);
  const best = model.bestRow;
  const byName = new Map(columns.map((column) => [column.name.toLowerCase(), column]));
  const table = createTable({
    label: 'Trials',
    columns,
    height: 560,
    order: { column: best === -1 ? 0 : 2, descending: best !== -1 && study.goal === 'maximize' },
    open: (row) => page.open(model.ids[row]),
  });
  const count = element('p', { class: 'note', role: 'status' });
  const box = element('input', {
    type: 'search',
    id: 'filter',
    placeholder: 'state=failed   value>0.9   adam',
    'aria-label': 'Filter: words, or comparisons such as state=failed or value>0.9',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  const chosen = element('button', { type: 'button', class: 'chip', hidden: true, title: 'Show all trials again' });
  /** @type {number[] | undefined} */
  let selection;

  const all = Array.from({ length: model.rows }, (_, row) => row);
  /** @type {string[]} */
  const texts = [];
  const apply = () => {
    const test = parseFilter(box.value);
    const rows = (selection ?? all).filter((row) =>
      box.value.trim() === ''
        ? true
        : test({
            text: (texts[row] ??= columns.map((column) => column.text(row).toLowerCase()).join('\n')),
            cell: (name) => byName.get(name)?.key(row),
          }),
    );
    const whole =
      study.trials > model.rows
        ? ` (the table holds ${formatCount(model.rows)} of ${formatCount(study.trials)} trials, evenly chosen, with the best)`
        : '';
    count.textContent = `${formatCount(rows.length)} of ${formatCount(model.rows)} trials${whole}`;
    table.show(rows);
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typed;
  box.addEventListener('input', () => {
    clearTimeout(typed);
    typed = setTimeout(apply, 120);
  });
  chosen.addEventListener('click', () => page.select(undefined, ''));
  page.onSelect((rows, text) => {
    selection = rows;
    chosen.hidden = rows === undefined;
    chosen.textContent = `${text}  ×`;
    apply();
    if (rows !== undefined) document.getElementById('trials')?.scrollIntoView({ behavior: 'smooth' });
  });
  apply();
  return section({
    id: 'trials',
    title: 'Trials',
    lead: 'Click a heading to sort, a trial for its whole story.',
    wide: true,
    controls: [chosen, box],
    content: model.rows === 0 ? [nothing('No trial has been created yet.')] : [table.node, count],
  });
}

/**
 * @param {Model} model
 * @returns {Column[]}
 */
function trialColumns(model) {
  const { study } = model.data;
  return [
    { name: 'Trial', numeric: true, text: (row) => String(model.ids[row]), key: (row) => model.ids[row] },
    {
      name: 'State',
      text: (row) => model.states[row],
      key: (row) => model.states[row],
      decorate: (row) => stateNode(model.states[row]),
    },
    {
      name: 'Value',
      numeric: true,
      text: (row) => model.valueText(row),
      // A failed trial does not compete, so it does not lead the table either.
      key: (row) => model.plotted[row],
      decorate: (row) =>
        row === model.bestRow
          ? element('b', { class: 'best' }, `★ ${model.valueText(row)}`)
          : new Text(model.valueText(row)),
    },
    {
      name: study.resourceName,
      numeric: true,
      text: (row) => formatNumber(model.resource[row]),
      key: (row) => model.resource[row],
    },
    ...model.parameters.map((parameter) => ({
      name: parameter.name,
      numeric: parameter.kind === 'number',
      text: (/** @type {number} */ row) => model.parameterText(parameter, row),
      key: (/** @type {number} */ row) => {
        const cell = parameter.cells[row];
        if (parameter.kind === 'number') return cell;
        return Number.isNaN(cell) ? '' : parameter.levels[cell];
      },
    })),
    { name: 'Attempts', numeric: true, text: (row) => String(model.attempts[row]), key: (row) => model.attempts[row] },
    {
      name: 'Runtime',
      numeric: true,
      text: (row) => formatDuration(model.runtime[row]),
      key: (row) => model.runtime[row],
    },
  ];
}

/**
 * A state with its colour.
 * @param {string} state
 */
export function stateNode(state) {
  return element(
    'span',
    { class: 'state' },
    element('i', { class: `mark dot ${state}`, 'aria-hidden': 'true' }),
    state,
  );
}
