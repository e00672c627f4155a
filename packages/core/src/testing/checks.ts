// The contracts of searchers and samplers for those who check them without a test runner: `@fettle/core/checks`.
export type { Check } from './check.ts';
export { samplerChecks } from './sampler-checks.ts';
export type { SamplerSuiteOptions } from './sampler-checks.ts';
export { searcherChecks } from './searcher-checks.ts';
export type { SearcherSuiteOptions } from './searcher-checks.ts';
