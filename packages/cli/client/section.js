import { element } from './dom.js';

/** @typedef {import('./dom.js').Child} Child */

/**
 * One part of the page: heading, a sentence on how to read it, controls, the content.
 * @param {object} options
 * @param {string} options.id anchor
 * @param {string} options.title
 * @param {Child} [options.lead]
 * @param {readonly Child[]} [options.controls]
 * @param {boolean} [options.wide] whether it takes the page's whole width
 * @param {readonly Child[]} options.content
 */
export function section({ id, title, lead, controls = [], wide, content }) {
  return element(
    'section',
    { id, class: wide ? 'wide' : undefined, 'aria-labelledby': `${id}-title` },
    element(
      'div',
      { class: 'top' },
      element('h2', { id: `${id}-title` }, title),
      element('div', { class: 'controls' }, controls),
    ),
    lead ? element('p', { class: 'lead' }, lead) : undefined,
    content,
  );
}

/**
 * What stands in the place of a chart that has nothing to show.
 * @param {string} text
 */
export function nothing(text) {
  return element('p', { class: 'nothing' }, text);
}

/**
 * Keys of a chart: a mark and its meaning.
 * @param {readonly { mark: string, text: string }[]} keys `mark` is a class of the style sheet
 */
export function legend(keys) {
  return element(
    'ul',
    { class: 'legend' },
    keys.map(({ mark, text }) =>
      element('li', {}, element('i', { class: `mark ${mark}`, 'aria-hidden': 'true' }), text),
    ),
  );
}

/**
 * A colour bar between two texts.
 * @param {string} kind class of the style sheet: `sequence` or `density`
 * @param {string} from
 * @param {string} to
 */
export function colourBar(kind, from, to) {
  return element(
    'div',
    { class: 'colour-bar' },
    from,
    element('i', { class: `bar ${kind}`, 'aria-hidden': 'true' }),
    to,
  );
}
