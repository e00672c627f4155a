/**
 * What a filter reads of a row.
 * @typedef {object} FilterRow
 * @property {string} text all of the row's texts, in lower case
 * @property {(name: string) => string | number | undefined} cell the value in the column of that name, in any case
 */

const COMPARISON = /^([^<>=!]+)(<=|>=|!=|<|>|=)(.*)$/;

/**
 * A filter as people type it: words that must all occur, and comparisons such as `state=failed`, `lr<0.01`, `value>=0.9`.
 * @param {string} query
 * @returns {(row: FilterRow) => boolean}
 */
export function parseFilter(query) {
  const tests = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(parseWord);
  return (row) => tests.every((test) => test(row));
}

/**
 * @param {string} word
 * @returns {(row: FilterRow) => boolean}
 */
function parseWord(word) {
  const parts = COMPARISON.exec(word);
  if (parts === null) return (row) => row.text.includes(word);
  const [, name, operator, wanted] = parts;
  const number = wanted.trim() === '' ? Number.NaN : Number(wanted);
  return (row) => {
    const cell = row.cell(name);
    if (operator === '=' || operator === '!=') {
      const same = typeof cell === 'number' ? cell === number : (cell ?? '').toLowerCase() === wanted;
      return same === (operator === '=');
    }
    if (typeof cell !== 'number' || Number.isNaN(number)) return false;
    if (operator === '<') return cell < number;
    if (operator === '>') return cell > number;
    return operator === '<=' ? cell <= number : cell >= number;
  };
}
