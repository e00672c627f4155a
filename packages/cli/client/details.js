import { element } from './dom.js';
import { formatDuration, formatNumber } from './format.js';
import { createFrame, dot } from './frame.js';
import { linearScale } from './scale.js';
import { stateNode } from './trials.js';
import { valueRange } from './value-range.js';

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('../src/report/report-data.ts').TrialDetails} TrialDetails */
/** @typedef {import('./frame.js').FrameOptions['tooltip']} Tooltip */

/**
 * The dialog with one trial's whole story.
 * @param {Model} model
 * @param {Tooltip} tooltip
 */
export function createDetails(model, tooltip) {
  const details = new Map(model.data.details.map((one) => [one.id, one]));
  const title = element('h2', { id: 'details-title' });
  const close = element('button', { type: 'button', class: 'close', 'aria-label': 'Close' }, '×');
  const content = element('div', { class: 'details' });
  const dialog = element(
    'dialog',
    { 'aria-labelledby': 'details-title' },
    element('header', {}, title, close),
    content,
  );
  document.body.append(dialog);
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });

  return {
    /** @param {number} id */
    open(id) {
      const row = model.rowOf(id);
      const known = details.get(id);
      title.textContent = `Trial ${id}`;
      content.replaceChildren(
        ...(row === -1 ? [] : [summary(model, row)]),
        part('Configuration', configuration(model, row, known)),
        ...(known === undefined
          ? [
              element(
                'p',
                { class: 'note' },
                `This report keeps the story of some trials only; the store has them all: fettle show ${id}`,
              ),
            ]
          : story(model, known, tooltip)),
      );
      if (!dialog.open) dialog.showModal();
      dialog.scrollTop = 0;
    },
  };
}

/**
 * @param {Model} model
 * @param {number} row
 */
function summary(model, row) {
  return element(
    'div',
    { class: 'facts' },
    fact('State', stateNode(model.states[row])),
    fact(model.data.study.metric, model.valueText(row)),
    fact(model.data.study.resourceName, formatNumber(model.resource[row])),
    fact('Reports', formatNumber(model.reports[row])),
    fact('Attempts', formatNumber(model.attempts[row])),
    fact('Runtime', formatDuration(model.runtime[row])),
  );
}

/**
 * @param {string} label
 * @param {Node | string} text
 */
function fact(label, text) {
  return element('div', {}, element('span', {}, label), element('b', {}, text));
}

/**
 * @param {string} title
 * @param {...import('./dom.js').Child} content
 */
function part(title, ...content) {
  return element('section', {}, element('h3', {}, title), content);
}

/**
 * @param {Model} model
 * @param {number} row
 * @param {TrialDetails | undefined} known
 */
function configuration(model, row, known) {
  if (known !== undefined) return pairs(known.configuration);
  if (row === -1) return element('p', { class: 'note' }, 'Not in this report.');
  return pairs(
    model.parameters
      .filter((parameter) => !Number.isNaN(parameter.cells[row]))
      .map((parameter) => [parameter.name, model.parameterText(parameter, row)]),
  );
}

/** @param {readonly (readonly [string, string])[]} rows */
function pairs(rows) {
  if (rows.length === 0) return element('p', { class: 'note' }, 'Empty.');
  return element(
    'table',
    { class: 'pairs' },
    element(
      'tbody',
      {},
      rows.map(([name, value]) => element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, value))),
    ),
  );
}

/**
 * @param {Model} model
 * @param {TrialDetails} known
 * @param {Tooltip} tooltip
 * @returns {Node[]}
 */
function story(model, known, tooltip) {
  const numbers = known.metrics.map(([name, value]) => /** @type {const} */ ([name, formatNumber(Number(value))]));
  return [
    ...(known.reports.length > 1 ? [part('Reports', reportsFrame(model, known, tooltip))] : []),
    ...(numbers.length > 0 ? [part('Metrics of the last report', pairs(numbers))] : []),
    part('Why and what', pairs(known.facts)),
    part(
      'History',
      element(
        'ol',
        { class: 'story' },
        known.history.map(({ at, text, reason }) =>
          element(
            'li',
            {},
            element('time', {}, formatDuration(Math.max(0, at))),
            element('div', {}, element('b', {}, text), reason ? element('p', {}, reason) : undefined),
          ),
        ),
      ),
    ),
  ];
}

/**
 * @param {Model} model
 * @param {TrialDetails} known
 * @param {Tooltip} tooltip
 */
function reportsFrame(model, known, tooltip) {
  const { study } = model.data;
  const points = known.reports.map(([resource, value]) => ({ resource, value: Number(value) }));
  const finite = points.filter(({ value }) => Number.isFinite(value));
  let x = linearScale(0, 1, 0, 1);
  let y = linearScale(0, 1, 0, 1);
  return createFrame({
    label: `${study.metric} of trial ${known.id}`,
    height: 190,
    xTitle: study.resourceName,
    yTitle: study.metric,
    tooltip,
    layout(area) {
      const { min, max } = valueRange(
        finite.map(({ value }) => value),
        study.goal,
        'all',
      );
      const room = (max - min) * 0.06;
      x = linearScale(points[0].resource, points[points.length - 1].resource, area.left + 6, area.right - 8);
      y = linearScale(min - room, max + room, area.bottom, area.top);
      return { x, y };
    },
    paint(context, _area, theme) {
      context.beginPath();
      for (const { resource, value } of finite) context.lineTo(x.map(resource), y.map(value));
      context.lineWidth = 2;
      context.strokeStyle = theme.accent;
      context.stroke();
      for (const { resource, value } of finite) dot(context, x.map(resource), y.map(value), 3, theme.accent);
    },
  }).node;
}
