import { element } from './dom.js';

let groups = 0;

/**
 * A few options of which one holds: radio buttons that look like one control.
 * @template {string} V
 * @param {string} label what is chosen, for those who cannot see the neighbourhood
 * @param {readonly { value: V, text: string, disabled?: boolean | undefined }[]} options
 * @param {V} initial
 * @param {(value: V) => void} changed
 */
export function choice(label, options, initial, changed) {
  groups += 1;
  const name = `choice-${groups}`;
  return element(
    'fieldset',
    { class: 'choice' },
    element('legend', {}, label),
    options.map(({ value, text, disabled }) => {
      const input = element('input', { type: 'radio', name, value, checked: value === initial, disabled });
      input.addEventListener('change', () => changed(value));
      return element('label', {}, input, element('span', {}, text));
    }),
  );
}
