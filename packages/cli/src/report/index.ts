/** The HTML report: what it shows, collected from a store, and the page that shows it. */
export { buildReportData } from './build-report-data.ts';
export { renderReport } from './render-report.ts';
