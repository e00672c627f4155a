import { asSearcher } from '@fettle/core';
import { describeSampler, describeSearcher } from '@fettle/core/testing';
import { bayes } from '../src/index.ts';
import { SPACES } from './spaces.ts';

// In the caller's thread: what the engine's own thread answers is the same, which test/integration shows.
describeSampler('bayes', () => bayes({ thread: 'main' }), { exhausts: true, trials: 10, spaces: SPACES });
describeSearcher('bayes as a searcher', () => asSearcher(bayes({ thread: 'main' })), { trials: 12 });
