import { describe, it } from 'vitest';
import type { Plugin } from '../plugin/define.ts';
import { samplerChecks, type SamplerSuiteOptions } from './sampler-checks.ts';

/** Runs the contract suite of a sampler as vitest tests. */
export function describeSampler(name: string, make: () => Plugin<'sampler'>, options?: SamplerSuiteOptions): void {
  describe(`${name} keeps the sampler's contract`, () => {
    for (const check of samplerChecks(make, options)) it(check.name, () => check.run());
  });
}
