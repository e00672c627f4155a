import { element } from './dom.js';

/**
 * What a tooltip says: a title and lines of label and text.
 * @typedef {object} TooltipText
 * @property {string} title
 * @property {readonly (readonly [label: string, text: string])[]} lines
 */

/** The page's one tooltip. */
export function createTooltip() {
  const box = element('div', { class: 'tooltip', role: 'status', hidden: true });
  document.body.append(box);
  return {
    /**
     * @param {TooltipText} text
     * @param {number} x of the page's window
     * @param {number} y
     */
    show({ title, lines }, x, y) {
      box.replaceChildren(
        element('strong', {}, title),
        element(
          'dl',
          {},
          lines.flatMap(([label, text]) => [element('dt', {}, label), element('dd', {}, text)]),
        ),
      );
      box.hidden = false;
      const { width, height } = box.getBoundingClientRect();
      const left = x + 16 + width > innerWidth - 8 ? x - 16 - width : x + 16;
      const top = Math.min(y + 16, innerHeight - height - 8);
      box.style.left = `${Math.max(8, left)}px`;
      box.style.top = `${Math.max(8, top)}px`;
    },
    hide() {
      box.hidden = true;
    },
  };
}
