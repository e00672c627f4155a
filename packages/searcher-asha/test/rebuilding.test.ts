import { createRandomStream, grid, parseSearchSpace, type Plugin, type Searcher } from '@fettle/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adaptive, asha, curveStopping, hyperband, medianStopping, pasha, successiveHalving } from '../src/index.ts';
import { ManualStudy } from './manual-study.ts';

const SEARCHERS: { readonly [name: string]: () => Plugin<'searcher'> } = {
  'asha, with too few configurations': () =>
    asha({ maxResource: 9, reductionFactor: 2, sampler: grid({ resolution: 20 }) }),
  'asha, in three brackets, with the best value': () =>
    asha({ maxResource: 9, brackets: 3, reductionFactor: 2.5, rungValue: 'best', maxTrials: 30 }),
  'asha, stopping': () => asha({ maxResource: 9, variant: 'stopping', rungValue: 'best' }),
  'asha, with an adaptive first rung': () => asha({ maxResource: 9, firstRung: 'adaptive' }),
  'hyperband, with an adaptive first rung': () => hyperband({ maxResource: 9, firstRung: 'adaptive' }),
  'hyperband, synchronous': () => hyperband({ maxResource: 4, reductionFactor: 2, synchronous: true }),
  'successive halving, with too few configurations': () =>
    successiveHalving({ maxResource: 4, reductionFactor: 2, trials: 7, sampler: grid({ resolution: 17 }) }),
  adaptive: () => adaptive({ maxResource: 9, maxTrials: 25, reductionFactor: 3, mode: 'conservative' }),
  pasha: () => pasha({ maxResource: 16, reductionFactor: 2 }),
  'median stopping': () => medianStopping({ minTrials: 2 }),
  'curve stopping': () => curveStopping({ minTrials: 2, probability: 0.3 }),
};

/** All that can be asked of a searcher. */
async function said(searcher: Searcher, study: ManualStudy): Promise<unknown> {
  const standings = Array.from({ length: study.trials }, (_, index) => searcher.standing?.(index + 1));
  return { next: searcher.ask(study.offer()), standings, description: await searcher.describe?.() };
}

/** Leads a study through events drawn from a seed: reports in steps, ties, divergence, early ends, failures, a person's stops. */
function* events(study: ManualStudy, seed: number): Generator<void> {
  const stream = createRandomStream(seed, 'events');
  for (let event = 0; event < 120; event += 1) {
    const running = [...study.active.values()];
    if (running.length < 1 + (seed % 7)) {
      const { kind } = study.step();
      if (kind === 'exhausted') return;
      if (kind !== 'wait') {
        yield;
        continue;
      }
    }
    const { id, resource, until = 9 } = running[stream.integer(running.length)]!;
    const fate = stream.integer(20);
    if (fate === 0) study.fail(id, stream.integer(2) === 0 ? 'invalid-configuration' : 'code');
    else if (fate === 1) study.end(id, { state: 'stopped', resource, reason: 'by a person' });
    else if (fate < 4 || resource >= until) study.finish(id);
    else {
      const value = stream.integer(9);
      study.report(id, resource + 1 + stream.integer(2), value === 8 ? Number.POSITIVE_INFINITY : value);
    }
    yield;
  }
}

describe.each(Object.entries(SEARCHERS))('%s', (_, make) => {
  it('is after a restart what it was, at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(100_000), async (seed) => {
        const space = parseSearchSpace({ x: { type: 'float', min: 0, max: 1 } });
        const study = new ManualStudy(make(), { space });
        for (const _event of events(study, seed)) {
          const before = await said(study.searcher, study);
          study.restart();
          expect(await said(study.searcher, study)).toEqual(before);
        }
      }),
      { seed: 11, numRuns: 12 },
    );
  });
});
