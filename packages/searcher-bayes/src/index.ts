export { bayes } from './bayes.ts';
export type { BayesOptions, Constraint } from './bayes-options.ts';
export { VERSION } from './version.ts';
