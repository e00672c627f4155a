import { describe, it } from 'vitest';
import type { Plugin } from '../plugin/define.ts';
import { searcherChecks, type SearcherSuiteOptions } from './searcher-checks.ts';

/** Runs the contract suite of a searcher (or of a sampler as a searcher) as vitest tests. */
export function describeSearcher(
  name: string,
  make: () => Plugin<'searcher'> | Plugin<'sampler'>,
  options?: SearcherSuiteOptions,
): void {
  describe(`${name} keeps the searcher's contract`, () => {
    for (const check of searcherChecks(make, options)) it(check.name, () => check.run());
  });
}
