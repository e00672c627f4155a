import type { StudyEvent } from '../domain/event.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Metrics } from '../domain/report.ts';
import type { Commit, StudySummary, TrialStore } from '../ports/trial-store.ts';
import type { StoreCheck } from './trial-store-content-checks.ts';
import { sampleEvents, sampleReport, sampleSummary, sampleTrial, SOME_TIME } from './trial-store-sample.ts';
import { commitOf, contentOf, same, thrown } from './trial-store-subject.ts';

const FINAL = ['completed', 'stopped', 'failed'] as const;

/** What a store refuses, and that nothing of it is left. */
export const RULE_CHECKS: readonly StoreCheck[] = [
  {
    name: 'refuses events that do not go on from the last one',
    run(store) {
      const [first, second, third, fourth] = sampleEvents() as [StudyEvent, StudyEvent, StudyEvent, StudyEvent];
      leavesNothing(store, commitOf([second]), 'a first event with the number 2');
      store.append(commitOf([first, second]));
      leavesNothing(store, commitOf([second]), 'an event that is there already');
      leavesNothing(store, commitOf([fourth]), 'an event that leaves a gap');
      leavesNothing(store, commitOf([third, third]), 'the same event twice in one commit');
      leavesNothing(store, commitOf([fourth, third]), 'events in the wrong order');
      store.append(commitOf([third]));
      same(store.lastSeq(), 3, 'lastSeq() after the right event');
    },
  },
  ...FINAL.map((state) => ({
    name: `never changes a trial that is ${state}`,
    run(store: TrialStore) {
      const trial = sampleTrial(1, state, { value: 0.5, endedAt: SOME_TIME });
      store.append(commitOf([], [trial]));
      const event = sampleReport(1, 1, 1, { loss: 0 });
      leavesNothing(store, commitOf([event], [{ ...trial, value: 0.25 }]), `a new value for a ${state} trial`);
      leavesNothing(
        store,
        commitOf([event], [sampleTrial(2, 'queued'), sampleTrial(1, 'queued')]),
        `queueing a ${state} trial`,
      );
    },
  })),
  {
    name: 'commits all or nothing',
    run(store) {
      store.append(commitOf(sampleEvents().slice(0, 3), [sampleTrial(1, 'running')]));
      const events = [sampleReport(4, 1, 1, { loss: 1 }), sampleReport(5, 1, 2, { loss: 2 })];
      const trials = [sampleTrial(1, 'running', { value: 2 }), sampleTrial(2, 'queued')];
      const summary = sampleSummary({ reports: 2 });
      const started: StudyEvent = {
        seq: 6,
        at: SOME_TIME,
        type: 'attempt:started',
        body: { trial: 1, attempt: 1, handle: broken() as JsonObject },
      };
      leavesNothing(store, { events: [...events, started], trials, summary }, 'a commit that breaks in its last event');
      const metrics = broken() as Metrics;
      leavesNothing(
        store,
        { events, trials: [...trials, sampleTrial(3, 'queued', { metrics })], summary },
        'a commit that breaks in its last trial',
      );
      leavesNothing(
        store,
        { events, trials, summary: { ...summary, counts: broken() as StudySummary['counts'] } },
        'a commit that breaks in its summary',
      );
      store.append({ events, trials, summary });
      same(store.lastSeq(), 5, 'lastSeq() after the commit was put right');
      same(store.trials(), trials, 'the trials after the commit was put right');
      same(store.summary(), summary, 'the summary after the commit was put right');
    },
  },
  {
    name: 'refuses to be used after it was closed, and may be closed again',
    run(store) {
      store.append(commitOf(sampleEvents()));
      store.close();
      store.close();
      thrown(() => store.append(commitOf([])), 'append() works on a closed store; it must throw');
      thrown(() => store.summary(), 'summary() works on a closed store; it must throw');
    },
  },
];

/** Fails unless a commit throws and changes nothing. */
function leavesNothing(store: TrialStore, commit: Commit, what: string): void {
  const before = contentOf(store);
  const seq = store.lastSeq();
  thrown(() => store.append(commit), `${what} is not refused; it must throw`);
  same(store.lastSeq(), seq, `lastSeq() after the refusal of ${what}`);
  same(contentOf(store), before, `the content after the refusal of ${what}`);
}

/** A value that throws when it is read: as good as a machine that fails in the middle. */
function broken(): object {
  return Object.defineProperty({}, 'broken', {
    enumerable: true,
    get() {
      throw new Error('This value breaks when it is read.');
    },
  });
}
