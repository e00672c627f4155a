import { element } from './dom.js';
import { formatCount, formatNumber } from './format.js';
import { legend, section } from './section.js';

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('../src/report/report-data.ts').LadderData} LadderData */

/**
 * The searcher's ladders of rungs: how many trials have a result at each rung, and how many of them went on.
 * @param {Model} model
 * @returns {HTMLElement | undefined} nothing where the searcher has no rungs
 */
export function ladderChart(model) {
  const { ladders, notes, study } = model.data;
  if (ladders.length === 0) return undefined;
  const most = Math.max(1, ...ladders.flatMap(({ rungs }) => rungs.map(({ results }) => results)));
  const several = ladders.length > 1;
  return section({
    id: 'ladder',
    title: 'Rungs',
    lead: `How far trials came: each step up is a higher ${study.resourceName}, and only the best of each rung go on. Lengths are logarithmic.`,
    wide: several,
    content: [
      element(
        'div',
        { class: several ? 'ladders' : undefined },
        ladders.map((ladder) =>
          element(
            'figure',
            {},
            several ? element('figcaption', {}, `Bracket ${ladder.name}`) : undefined,
            element('div', { class: 'scroller' }, ladderTable(ladder, most, study)),
          ),
        ),
      ),
      legend([
        { mark: 'dot promoted', text: 'went on' },
        { mark: 'dot stayed', text: 'did not, or not yet' },
      ]),
      element(
        'div',
        { class: 'note' },
        notes.map((note) => element('p', {}, note)),
      ),
    ],
  });
}

/**
 * @param {LadderData} ladder
 * @param {number} most results of the longest bar
 * @param {import('./model.js').ReportData['study']} study
 */
function ladderTable({ name, rungs }, most, study) {
  const top = rungs.length - 1;
  const rows = rungs.map(({ resource, results, promoted, underway, best, cut }, place) => {
    const went = element('i', { class: 'promoted' });
    went.style.width = `${results === 0 ? 0 : (100 * promoted) / results}%`;
    const bar = element('i', { class: 'bar' }, went);
    bar.style.width = `${(100 * Math.log1p(results)) / Math.log1p(most)}%`;
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, formatNumber(resource)),
      element('td', { class: 'track' }, element('div', {}, bar)),
      element('td', { class: 'number' }, formatCount(results)),
      element('td', { class: 'number' }, place === top ? '–' : formatCount(promoted)),
      element('td', { class: 'number' }, formatCount(underway)),
      element('td', { class: 'number' }, best === undefined ? '–' : formatNumber(best)),
      element('td', { class: 'number' }, cut === undefined ? '–' : formatNumber(cut)),
    );
  });
  return element(
    'table',
    { class: 'ladder' },
    element('caption', { class: 'hidden' }, `Rungs of bracket ${name}, the highest first`),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        [study.resourceName, '', 'results', 'went on', 'under way', `best ${study.metric}`, 'cut'].map((title) =>
          element('th', { scope: 'col' }, title),
        ),
      ),
    ),
    element('tbody', {}, rows.reverse()),
  );
}
