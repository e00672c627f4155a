export { bayes } from './bayes.ts';
export { VERSION } from './version.ts';
