/** The HTML report: what it shows, collected from a store, and the page that shows it. */
export { renderReport } from './render-report.ts';
