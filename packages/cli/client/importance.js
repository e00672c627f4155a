import { element } from './dom.js';
import { formatCount, formatShare } from './format.js';
import { nothing, section } from './section.js';

/** @typedef {import('./model.js').Model} Model */

/**
 * How much each parameter has to do with being among the best trials.
 * @param {Model} model
 */
export function importanceChart(model) {
  const { importance, study } = model.data;
  const title = { id: 'importance', title: 'Importance of parameters' };
  if (!importance.known) return section({ ...title, content: [nothing(importance.reason)] });
  const full = Math.max(...importance.parameters.map(({ share, chance }) => Math.max(share, chance)));
  const shown = importance.parameters.slice(0, 16);
  const rows = shown.map(({ name, share, chance }) => {
    const bar = element('i', { class: share > chance ? 'bar' : 'bar weak' });
    bar.style.width = `${(100 * share) / full}%`;
    const mark = element('i', { class: 'chance' });
    mark.style.left = `${(100 * chance) / full}%`;
    const verdict = share > chance ? 'more than chance' : 'no more than chance';
    return element(
      'tr',
      { title: `${name}: ${formatShare(share)}, ${verdict}` },
      element('th', { scope: 'row' }, name),
      element('td', { class: 'track' }, element('div', {}, bar, mark)),
      element('td', { class: 'number' }, formatShare(share)),
    );
  });
  return section({
    ...title,
    lead: `What separates the best tenth of ${formatCount(importance.trials)} trials from all of them. The stroke is what chance alone reaches; pale bars do not pass it.`,
    content: [
      element(
        'table',
        { class: 'importance' },
        element('caption', { class: 'hidden' }, `Importance of parameters for ${study.metric}`),
        element('tbody', {}, rows),
      ),
      importance.parameters.length > shown.length
        ? element(
            'p',
            { class: 'note' },
            `${importance.parameters.length - shown.length} less important parameters are left out.`,
          )
        : undefined,
      element(
        'details',
        { class: 'method' },
        element('summary', {}, 'How this is computed'),
        element(
          'p',
          {},
          'PED-ANOVA, one parameter at a time (Watanabe, Bansal and Hutter, IJCAI 2023): the Pearson divergence between a parameter’s density among the best tenth of the trials and its density among all trials, as parts of a whole. It tells what mattered for being good among the configurations that were tried; it does not see parameters that matter only together. A conditional parameter is judged where it is active. Chance: the 95th percentile of the same number for trials drawn at random.',
        ),
      ),
    ],
  });
}
