import { grid, random, sobol } from '@fettle/core';
import { describeSearcher } from '@fettle/core/testing';
import { adaptive, asha, hyperband, pasha, successiveHalving } from '../src/index.ts';

describeSearcher('asha', () => asha({ maxResource: 9 }));
describeSearcher('asha (stopping, Sobol)', () => asha({ maxResource: 9, variant: 'stopping', sampler: sobol() }));
describeSearcher('asha (fractional factor, three brackets)', () =>
  asha({ minResource: 1, maxResource: 9, reductionFactor: 2.5, brackets: 3, sampler: random() }),
);
describeSearcher('asha (best value)', () => asha({ maxResource: 9, rungValue: 'best', maxTrials: 20 }));
describeSearcher('hyperband', () => hyperband({ maxResource: 9 }));
describeSearcher('hyperband (stopping)', () => hyperband({ maxResource: 9, variant: 'stopping' }));
describeSearcher('hyperband (synchronous)', () => hyperband({ maxResource: 9, synchronous: true }));
describeSearcher('successive-halving', () => successiveHalving({ maxResource: 9 }));
describeSearcher('successive-halving (one round, grid)', () =>
  successiveHalving({ maxResource: 9, rounds: 1, trials: 20, sampler: grid({ resolution: 3 }) }),
);
describeSearcher('adaptive', () => adaptive({ maxResource: 9, maxTrials: 30, reductionFactor: 3 }));
describeSearcher('adaptive (conservative, Sobol)', () =>
  adaptive({ maxResource: 9, maxTrials: 30, reductionFactor: 3, mode: 'conservative', sampler: sobol() }),
);
describeSearcher('pasha', () => pasha({ maxResource: 9 }));
