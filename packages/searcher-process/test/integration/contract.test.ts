import { resolve } from 'node:path';
import { describeSampler, describeSearcher } from '@fettle/core/testing';
import { processSampler, processSearcher } from '../../src/process.ts';

const example = (name: string): { readonly command: string[] } => ({
  command: ['python3', resolve(import.meta.dirname, '../../../../examples/searchers', name)],
});
const elsewhere = true;

describeSampler('random search in Python', () => processSampler(example('random_search.py')), { elsewhere });
describeSampler(
  'evolution in Python',
  () => processSampler({ ...example('evolution.py'), options: { population: 4 } }),
  {
    elsewhere,
  },
);
describeSearcher('evolution in Python', () => processSearcher(example('evolution.py')), { elsewhere });
describeSearcher('successive halving in Python', () => processSearcher(example('halving.py')), { elsewhere });
