import { element } from './dom.js';
import { formatAmount, formatCount, formatDuration, formatMoment, formatNumber } from './format.js';
import { nothing } from './section.js';

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./main.js').Page} Page */

/**
 * The study in one glance: name, how it stands, best configuration, trials by state, budget, failures.
 * @param {Model} model
 * @param {Page} page
 */
export function head(model, page) {
  const { study } = model.data;
  const facts = [
    `${study.goal} ${study.metric}`,
    `searcher ${study.searcher}`,
    study.backend === undefined ? '' : `backend ${study.backend}`,
    `seed ${study.seed}`,
    `begun ${formatMoment(study.createdAt)}`,
    `${formatDuration(study.wallClock)} at work${study.sessions > 1 ? ` in ${study.sessions} sessions` : ''}`,
    `${formatCount(study.reports)} reports`,
  ];
  return element(
    'header',
    { class: 'head' },
    element(
      'div',
      { class: 'title' },
      element('p', { class: 'kind' }, 'Fettle study'),
      element('h1', {}, study.name),
      element('p', { class: 'facts-line' }, facts.filter((fact) => fact !== '').join(' · ')),
    ),
    element(
      'p',
      { class: `status ${study.status}` },
      element('b', {}, study.status),
      study.reason ? element('span', {}, study.reason) : undefined,
    ),
    element(
      'div',
      { class: 'cards' },
      bestCard(model, page),
      statesCard(model),
      budgetCard(model),
      failuresCard(model, page),
    ),
  );
}

/**
 * @param {string} title
 * @param {string} kind
 * @param {...(import('./dom.js').Child | readonly import('./dom.js').Child[])} content
 */
function card(title, kind, ...content) {
  return element('section', { class: `card ${kind}` }, element('h2', {}, title), ...content);
}

/**
 * @param {Page} page
 * @param {number} id
 * @param {string} [text]
 */
function trialLink(page, id, text = `trial ${id}`) {
  const link = element('button', { type: 'button', class: 'link' }, text);
  link.addEventListener('click', () => page.open(id));
  return link;
}

/**
 * @param {Model} model
 * @param {Page} page
 */
function bestCard(model, page) {
  const { best, bestCompleted, first, study } = model.data;
  if (best === undefined || best.value === undefined)
    return card('Best', 'best', nothing('No trial has a finite value yet.'));
  const compared = first !== undefined && first.id !== best.id ? first : undefined;
  const before = new Map(compared?.configuration);
  const names = [...new Set([...best.configuration.map(([name]) => name), ...before.keys()])];
  const after = new Map(best.configuration);
  const numeric = new Set(model.parameters.flatMap(({ name, kind }) => (kind === 'number' ? [name] : [])));
  /** @param {string} name @param {string | undefined} exact @param {string} [kind] */
  const cell = (name, exact, kind) =>
    element(
      'td',
      { class: kind, title: exact },
      exact === undefined ? '–' : numeric.has(name) ? formatNumber(Number(exact), 6) : exact,
    );
  return card(
    'Best',
    'best',
    element(
      'p',
      { class: 'big' },
      formatNumber(best.value, 6),
      element(
        'span',
        {},
        `${study.metric} · `,
        trialLink(page, best.id),
        ` · ${study.resourceName} ${formatNumber(best.resource)}`,
        best.runs === undefined ? '' : ` · mean of ${formatCount(best.runs)} runs`,
      ),
    ),
    bestCompleted?.value === undefined
      ? undefined
      : element(
          'p',
          { class: 'gain' },
          'Of those that ran to the end: ',
          trialLink(page, bestCompleted.id),
          ` with ${formatNumber(bestCompleted.value, 6)} at ${study.resourceName} ${formatNumber(bestCompleted.resource)}`,
        ),
    compared === undefined
      ? undefined
      : element(
          'p',
          { class: 'gain' },
          gain(best.value, compared.value, study.goal),
          ' than ',
          trialLink(
            page,
            compared.id,
            `the first trial (${compared.value === undefined ? 'no value' : formatNumber(compared.value)})`,
          ),
        ),
    element(
      'div',
      { class: 'scroller' },
      element(
        'table',
        { class: 'pairs' },
        compared === undefined
          ? undefined
          : element(
              'thead',
              {},
              element('tr', {}, element('th', {}, ''), element('th', {}, 'best'), element('th', {}, 'first trial')),
            ),
        element(
          'tbody',
          {},
          names.map((name) =>
            element(
              'tr',
              {},
              element('th', { scope: 'row' }, name),
              cell(name, after.get(name)),
              compared === undefined ? undefined : cell(name, before.get(name), 'muted'),
            ),
          ),
        ),
      ),
    ),
  );
}

/**
 * @param {number} best
 * @param {number | undefined} first
 * @param {'minimize' | 'maximize'} goal
 */
function gain(best, first, goal) {
  if (first === undefined) return 'Better';
  const difference = Math.abs(best - first);
  if (difference === 0) return 'No better';
  const relative = first === 0 ? '' : ` (${formatNumber((100 * difference) / Math.abs(first), 3)} %)`;
  return `${formatNumber(difference, 4)}${relative} ${goal === 'maximize' ? 'higher' : 'lower'}`;
}

/** @param {Model} model */
function statesCard(model) {
  const { counts, study } = model.data;
  const present = counts.filter(([, count]) => count > 0);
  return card(
    'Trials',
    'states',
    element(
      'p',
      { class: 'big' },
      formatCount(study.trials),
      element('span', {}, study.trials === 1 ? 'trial' : 'trials'),
    ),
    element(
      'div',
      { class: 'stack', 'aria-hidden': 'true' },
      present.map(([state, count]) => {
        const piece = element('i', { class: state });
        piece.style.flexGrow = String(count);
        return piece;
      }),
    ),
    element(
      'table',
      { class: 'pairs' },
      element(
        'tbody',
        {},
        present.map(([state, count]) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, element('i', { class: `mark dot ${state}`, 'aria-hidden': 'true' }), state),
            element('td', { class: 'number' }, formatCount(count)),
          ),
        ),
      ),
    ),
  );
}

/** @param {Model} model */
function budgetCard(model) {
  const { budget, study } = model.data;
  const lines = budget.map(({ label, used, limit, unit, fraction }) => {
    const bar = element('i', { class: 'bar' });
    bar.style.width = `${fraction * 100}%`;
    const show = unit === 'duration' ? formatDuration : formatCount;
    const text =
      unit === 'value'
        ? `${formatNumber(limit)} ${used === 1 ? 'reached' : 'not reached'}`
        : `${show(used)} of ${show(limit)}`;
    return element(
      'li',
      {},
      element('span', {}, label),
      element('span', { class: 'number' }, text),
      element('div', { class: 'meter' }, bar),
    );
  });
  return card(
    'Budget',
    'budget',
    lines.length === 0
      ? element('p', { class: 'muted' }, 'No limit was set.')
      : element('ul', { class: 'meters' }, lines),
    element(
      'p',
      { class: 'muted' },
      `Spent by all trials together (${study.resourceName}): ${formatAmount(study.resource)}`,
    ),
  );
}

/**
 * @param {Model} model
 * @param {Page} page
 */
function failuresCard(model, page) {
  const { failures } = model.data;
  if (failures.length === 0) return card('Failures', 'failures', element('p', { class: 'muted' }, 'None.'));
  return card(
    'Failures',
    'failures',
    failures.map(({ failure, trials, attempts, messages }) =>
      element(
        'details',
        { open: failures.length === 1 },
        element(
          'summary',
          {},
          element('b', {}, failure),
          ` ${formatCount(trials)} ${trials === 1 ? 'trial' : 'trials'}${attempts > trials ? `, ${formatCount(attempts)} attempts` : ''}`,
        ),
        element(
          'ul',
          { class: 'messages' },
          messages.map(({ headline, text, count, trials: examples }) =>
            element(
              'li',
              {},
              element('p', { class: 'headline' }, headline === '' ? '(no message)' : headline),
              text.trim() === headline
                ? ''
                : element('details', {}, element('summary', {}, 'whole message'), element('pre', {}, text)),
              element(
                'p',
                {},
                `${formatCount(count)} × · `,
                examples.flatMap((id, place) => [place > 0 ? ', ' : '', trialLink(page, id)]),
                count > examples.length ? ' …' : '',
              ),
            ),
          ),
        ),
      ),
    ),
  );
}
