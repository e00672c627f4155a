import type { Check } from './check.ts';
import { sampleEvents, sampleReport, sampleTrial } from './trial-store-sample.ts';
import { commitOf, contentOf, refused, same, type TrialStoreSubject } from './trial-store-subject.ts';

const EVENTS = sampleEvents();
const TRIALS = [sampleTrial(1, 'completed', { value: Number.NaN }), sampleTrial(2, 'running', { value: 0.5 })];
const NEXT = sampleReport(EVENTS.length + 1, 2, 1, { loss: 0.25 });

/** What a store that outlives its process owes: everything again after opening it again, and one writer at a time. */
export function leaseChecks(withSubject: (work: (subject: TrialStoreSubject) => void) => void): Check[] {
  const check = (name: string, work: (subject: TrialStoreSubject) => void): Check => ({
    name,
    run: () => withSubject(work),
  });
  return [
    check('has everything again when it is opened again', (subject) => {
      const first = subject.open();
      first.append(commitOf(EVENTS, TRIALS));
      const before = contentOf(first);
      first.close();
      const second = subject.open();
      same(contentOf(second), before, 'the content after closing and opening again');
      same(second.lastSeq(), EVENTS.length, 'lastSeq() after closing and opening again');
      second.append(commitOf([NEXT], [sampleTrial(2, 'completed')]));
      same(second.lastSeq(), EVENTS.length + 1, 'lastSeq() after going on');
    }),
    check('has everything again when the last writer never closed it', (subject) => {
      const first = subject.open();
      first.append(commitOf(EVENTS, TRIALS));
      const second = subject.open({ takeOver: true });
      same(contentOf(second), contentOf(first), 'the content after taking over');
      same(second.lastSeq(), EVENTS.length, 'lastSeq() after taking over');
    }),
    check('refuses a second writer, and lets the first go on', (subject) => {
      const first = subject.open();
      refused('store-locked', () => subject.open(), 'opening a store for writing that is open for writing');
      first.renewLease();
      first.append(commitOf(EVENTS, TRIALS));
      same(first.lastSeq(), EVENTS.length, 'lastSeq() of the first writer');
    }),
    check('refuses a writer that has lost the lease, and keeps nothing of what it wrote', (subject) => {
      const first = subject.open();
      first.append(commitOf(EVENTS, TRIALS));
      const second = subject.open({ takeOver: true });
      refused('store-fenced', () => first.append(commitOf([NEXT])), 'append() by a writer that has lost the lease');
      refused('store-fenced', () => first.renewLease(), 'renewLease() by a writer that has lost the lease');
      same([...second.journal()].length, EVENTS.length, 'the number of events after a fenced append');
      second.append(commitOf([NEXT]));
      same(second.lastSeq(), EVENTS.length + 1, 'lastSeq() of the writer that took over');
    }),
    check('does not give back the lease of another', (subject) => {
      const first = subject.open();
      const second = subject.open({ takeOver: true });
      first.close();
      refused('store-locked', () => subject.open(), 'opening for writing, after a fenced writer closed its store,');
      second.append(commitOf(EVENTS, TRIALS));
      second.close();
      const third = subject.open();
      same(third.lastSeq(), EVENTS.length, 'lastSeq() after the holder closed');
    }),
    check('shows readers what was committed, and nothing else', (subject) => {
      const store = subject.open();
      store.append(commitOf(EVENTS, TRIALS));
      const reader = subject.read?.() ?? store;
      same(contentOf(reader), contentOf(store), 'what a reader sees');
      store.append(commitOf([NEXT], [sampleTrial(3, 'queued')]));
      same(contentOf(reader), contentOf(store), 'what a reader sees after another commit');
      store.close();
      if (reader !== store) {
        same([...reader.journal(EVENTS.length)], [NEXT], 'what a reader sees after the writer has gone');
        reader.close();
      }
    }),
  ];
}
