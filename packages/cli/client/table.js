import { element } from './dom.js';

/**
 * A column of a table over numbered rows.
 * @typedef {object} Column
 * @property {string} name
 * @property {boolean} [numeric]
 * @property {(row: number) => string} text
 * @property {(row: number) => number | string} key what is sorted by; `NaN` and the empty text come last in both directions
 * @property {(row: number) => Node} [decorate] a node in place of the text
 */

const ROW_HEIGHT = 33;
/** Rows drawn beyond the visible ones, so that scrolling shows no gaps. */
const MARGIN = 12;

/**
 * A sortable table of any length: only the rows in view exist.
 * @param {object} options
 * @param {string} options.label
 * @param {readonly Column[]} options.columns
 * @param {number} options.height most height in pixels
 * @param {{ column: number, descending: boolean }} options.order
 * @param {(row: number) => void} options.open a row was clicked, or chosen with Enter
 */
export function createTable({ label, columns, height, order, open }) {
  /** @type {number[]} */
  let rows = [];
  /** @type {number[]} */
  let sorted = [];
  let focused = 0;
  const head = element('tr');
  const body = element('tbody');
  const table = element('table', {}, element('thead', {}, head), body);
  const node = element('div', { class: 'table', role: 'region', 'aria-label': label, tabindex: 0 }, table);

  const buttons = columns.map((column, index) => {
    const button = element('button', { type: 'button' }, column.name);
    button.addEventListener('click', () => {
      order = { column: index, descending: order.column === index ? !order.descending : false };
      sort();
    });
    return button;
  });
  const heads = columns.map((column, index) =>
    element('th', { scope: 'col', class: column.numeric ? 'number' : undefined }, buttons[index]),
  );
  head.append(...heads);

  function sort() {
    const { key } = columns[order.column];
    const keys = new Map(rows.map((row) => [row, key(row)]));
    sorted = [...rows].sort((a, b) => compare(keys.get(a), keys.get(b), order.descending) || a - b);
    for (const [index, cell] of heads.entries()) {
      if (index === order.column) cell.setAttribute('aria-sort', order.descending ? 'descending' : 'ascending');
      else cell.removeAttribute('aria-sort');
    }
    focused = 0;
    node.scrollTop = 0;
    draw();
  }

  function draw() {
    const first = Math.max(0, Math.floor(node.scrollTop / ROW_HEIGHT) - MARGIN);
    const last = Math.min(sorted.length, first + Math.ceil(height / ROW_HEIGHT) + 2 * MARGIN);
    const held = body.contains(document.activeElement);
    body.replaceChildren(
      spacer(first),
      ...sorted.slice(first, last).map((row, index) => rowNode(row, first + index)),
      spacer(sorted.length - last),
    );
    if (held) focusRow();
  }

  /**
   * @param {number} row
   * @param {number} place
   */
  function rowNode(row, place) {
    const made = element(
      'tr',
      { tabindex: place === focused ? 0 : -1, 'aria-rowindex': place + 2, 'data-place': place },
      columns.map((column) =>
        element(
          'td',
          { class: column.numeric ? 'number' : undefined },
          column.decorate ? column.decorate(row) : column.text(row),
        ),
      ),
    );
    made.addEventListener('click', () => {
      focused = place;
      open(row);
    });
    return made;
  }

  function focusRow() {
    /** @type {HTMLElement | null} */
    const target = body.querySelector(`[data-place="${focused}"]`);
    target?.focus({ preventScroll: true });
  }

  body.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -sorted.length, End: sorted.length }[
      event.key
    ];
    if (event.key === 'Enter') open(sorted[focused]);
    if (step === undefined) return;
    event.preventDefault();
    focused = Math.min(sorted.length - 1, Math.max(0, focused + step));
    const top = focused * ROW_HEIGHT;
    const room = node.clientHeight - 2 * ROW_HEIGHT;
    if (top < node.scrollTop) node.scrollTop = top;
    else if (top > node.scrollTop + room) node.scrollTop = top - room;
    draw();
    focusRow();
  });
  node.addEventListener('scroll', draw);
  node.style.maxHeight = `${height}px`;

  return {
    node,
    /** @param {number[]} next the rows to show, in any order */
    show(next) {
      rows = next;
      table.setAttribute('aria-rowcount', String(rows.length + 1));
      sort();
    },
  };
}

/**
 * @param {number | string | undefined} a
 * @param {number | string | undefined} b
 * @param {boolean} descending
 */
export function compare(a, b, descending) {
  const lostA = a === '' || Number.isNaN(a);
  const lostB = b === '' || Number.isNaN(b);
  if (lostA || lostB) return Number(lostA) - Number(lostB);
  const sign = descending ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
  return sign * String(a).localeCompare(String(b), undefined, { numeric: true });
}

/** @param {number} rows */
function spacer(rows) {
  const made = element('tr', { class: 'spacer', 'aria-hidden': 'true' });
  made.style.height = `${rows * ROW_HEIGHT}px`;
  return made;
}
