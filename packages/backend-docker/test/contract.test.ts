import { describeBackend } from '@fettle/core/testing';
import { describe } from 'vitest';
import type { Faults } from './fixtures/fake-program.ts';
import { FakePlace } from './fixtures/fake-place.ts';

/** Everything that may go wrong between a driver and its engine, alone and all at once. */
const FAULTS: Readonly<Record<string, Faults>> = {
  'as it should be': {},
  'every third call answered with 500': { fails: (call, count, subject) => isWork(call, subject) && count % 3 === 2 },
  'every second answer lost': { losesAnswer: (call, count, subject) => isWork(call, subject) && count % 2 === 0 },
  'every other event dropped': { dropsNews: (count) => count % 2 === 0 },
  'all events dropped': { dropsNews: () => true },
  'events two seconds late': { delaysNews: 2000 },
  'the stream of events cut after each': { cutsNewsAfter: 1 },
  'all of it': {
    fails: (call, count, subject) => isWork(call, subject) && count % 5 === 3,
    losesAnswer: (call, count, subject) => isWork(call, subject) && count % 3 === 2,
    dropsNews: (count) => count % 3 === 0,
    delaysNews: 300,
    cutsNewsAfter: 2,
  },
};

/** Not the calls with which a driver looks at the engine before anything runs: that they fail is said at once, not mended. */
function isWork(call: string, subject = ''): boolean {
  return ['create', 'start', 'inspect', 'signal', 'remove'].includes(call) && !subject.endsWith('-probe');
}

for (const [name, faults] of Object.entries(FAULTS)) {
  describe(`with a pretended engine, ${name}`, () => {
    describeBackend('docker', { outlivesDriver: true, canLoseContact: true, open: () => new FakePlace(faults) });
  });
}
