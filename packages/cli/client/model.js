import { decodeColumn } from './decode.js';
import { formatNumber } from './format.js';

/** @typedef {import('../src/report/report-data.ts').ReportData} ReportData */
/** @typedef {import('../src/report/report-data.ts').ParameterData} ParameterData */
/** @typedef {ParameterData & { cells: Float64Array }} Parameter */

/**
 * The data of a report, unpacked. A row is a place in the table of trials.
 * @typedef {ReturnType<typeof createModel>} Model
 */

/** @param {ReportData} data */
export function createModel(data) {
  const { table } = data;
  const ids = decodeColumn(table.id);
  const stateOf = decodeColumn(table.state);
  const values = decodeColumn(table.value);
  const measured = decodeColumn(table.measured);
  const states = Array.from(stateOf, (place) => table.states[place]);
  const rowOf = new Map(Array.from(ids, (id, row) => [id, row]));
  /** @type {Parameter[]} */
  const parameters = data.parameters.map((parameter) => ({ ...parameter, cells: decodeColumn(parameter.column) }));
  // A failed trial is never the best one, so its value is not drawn as if it competed.
  const plotted = values.map((value, row) =>
    states[row] === 'failed' || !Number.isFinite(value) ? Number.NaN : value,
  );

  return {
    data,
    rows: ids.length,
    ids,
    states,
    values,
    plotted,
    resource: decodeColumn(table.resource),
    reports: decodeColumn(table.reports),
    attempts: decodeColumn(table.attempts),
    ended: decodeColumn(table.ended),
    runtime: decodeColumn(table.runtime),
    parameters,
    bestRow: data.best === undefined ? -1 : (rowOf.get(data.best.id) ?? -1),
    /** @param {number} id */
    rowOf: (id) => rowOf.get(id) ?? -1,
    /**
     * The trial's value as text; a dash if it never reported.
     * @param {number} row
     */
    valueText: (row) => (measured[row] === 1 ? formatNumber(values[row]) : '–'),
    /**
     * A parameter's value as text; a dash where it is not active.
     * @param {Parameter} parameter
     * @param {number} row
     */
    parameterText: (parameter, row) => cellText(parameter, parameter.cells[row]),
  };
}

/**
 * @param {ParameterData} parameter
 * @param {number} cell
 */
function cellText(parameter, cell) {
  if (Number.isNaN(cell)) return '–';
  return parameter.kind === 'category' ? parameter.levels[cell] : formatNumber(cell);
}
