const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {Node | string | number | undefined | null | false} Child */

/**
 * An HTML element. Texts become text nodes, so whatever they hold is shown and never read as HTML.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string | number | boolean | undefined>} [attributes] `true` sets an empty attribute; `false` and `undefined` leave it out
 * @param {...(Child | readonly Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  setAttributes(made, attributes);
  append(made, children);
  return made;
}

/**
 * The same for SVG.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string | number | boolean | undefined>} [attributes]
 * @param {...(Child | readonly Child[])} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  setAttributes(made, attributes);
  append(made, children);
  return made;
}

/**
 * @param {Element} target
 * @param {Record<string, string | number | boolean | undefined>} attributes
 */
function setAttributes(target, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    target.setAttribute(key, value === true ? '' : String(value));
  }
}

/**
 * @param {Element} target
 * @param {readonly (Child | readonly Child[])[]} children
 */
function append(target, children) {
  for (const child of children.flat()) {
    if (child === undefined || child === null || child === false) continue;
    target.append(child instanceof Node ? child : String(child));
  }
}
