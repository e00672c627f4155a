import type { StudyEvent } from '../domain/event.ts';
import type { Goal } from '../domain/objective.ts';
import type { TrialRecord } from '../domain/trial.ts';
import type { TrialQuery, TrialReader, TrialStore } from '../ports/trial-store.ts';
import {
  sampleDefinition,
  sampleEvents,
  sampleReport,
  sampleSummary,
  sampleTrial,
  SOME_TIME,
} from './trial-store-sample.ts';
import { commitOf, contentOf, same, spoil } from './trial-store-subject.ts';

/** A check on a store that is open and empty. */
export interface StoreCheck {
  readonly name: string;
  run(store: TrialStore): void;
}

const ODD_NUMBERS = {
  'not a number': Number.NaN,
  infinite: Number.POSITIVE_INFINITY,
  'infinite below': Number.NEGATIVE_INFINITY,
  'minus zero': -0,
  tiny: Number.MIN_VALUE,
  huge: Number.MAX_VALUE,
  'a whole number above 2^53': 2 ** 60,
};

/** Texts that JSON, SQL and file formats are known to stumble over. */
const ODD_TEXTS = [
  '',
  '"',
  "'",
  '\\',
  '%s',
  '\u0000',
  'a\u0000b',
  '\n\r\t',
  '\u2028',
  'ü漢🙂',
  '\ud800',
  '$number',
  'NaN',
  'null',
];

/** What a store gives back, and in which order. */
export const CONTENT_CHECKS: readonly StoreCheck[] = [
  {
    name: 'is empty before the first commit',
    run(store) {
      same(store.lastSeq(), 0, 'lastSeq() of a new store');
      same(contentOf(store), { trials: [], journal: [], histories: [], reports: [] }, 'what a new store contains');
      same(
        [store.trial(1), store.reports(1), store.history(1)],
        [undefined, [], []],
        'trial(1), reports(1), history(1)',
      );
    },
  },
  {
    name: 'gives back every type of event as it was',
    run(store) {
      const events = sampleEvents();
      store.append(commitOf(events));
      same(store.lastSeq(), events.length, 'lastSeq()');
      sameEach([...store.journal()], events);
    },
  },
  {
    name: 'goes on with the next commit where the last one ended',
    run(store) {
      const events = sampleEvents();
      for (const event of events) store.append(commitOf([event]));
      store.append(commitOf([]));
      same(store.lastSeq(), events.length, 'lastSeq() after commits of one event each and an empty one');
      sameEach([...store.journal()], events);
    },
  },
  {
    name: 'keeps NaN, infinities, -0 and every other number in events',
    run(store) {
      const event = sampleReport(1, 1, 1, ODD_NUMBERS);
      const started = { trial: 1, attempt: 1, handle: ODD_NUMBERS };
      const events: StudyEvent[] = [event, { seq: 2, at: SOME_TIME + 0.25, type: 'attempt:started', body: started }];
      store.append(commitOf(events));
      sameEach([...store.journal()], events);
      same(store.reports(1), [{ resource: 1, metrics: ODD_NUMBERS }], 'reports() with odd numbers');
    },
  },
  {
    name: 'keeps NaN, infinities, -0 and every other number in trials and in the summary',
    run(store) {
      const trials = Object.values(ODD_NUMBERS).map((value, index) =>
        sampleTrial(index + 1, 'running', { value, metrics: { loss: value }, configuration: { learningRate: value } }),
      );
      const changes = { resource: Number.POSITIVE_INFINITY, wallClock: 0.125 };
      store.append(commitOf([], trials, changes));
      for (const trial of trials) same(store.trial(trial.id), trial, `a trial whose value is ${trial.value}`);
      same(store.summary(), sampleSummary(changes), 'a summary with an infinite resource');
    },
  },
  {
    name: 'keeps texts and names of any kind',
    run(store) {
      const named = Object.fromEntries(
        [...ODD_TEXTS, '__proto__', 'constructor', '$$number'].map((text) => [text, text]),
      );
      const metrics = Object.fromEntries([...ODD_TEXTS, '__proto__', 'seq'].map((text, index) => [text, index]));
      const reason = ODD_TEXTS.join(' ');
      const events: StudyEvent[] = [
        {
          seq: 1,
          at: SOME_TIME,
          type: 'trial:created',
          body: { trial: 1, configuration: named, origin: 'first', draw: 0, reason },
        },
        {
          seq: 2,
          at: SOME_TIME,
          type: 'attempt:started',
          body: { trial: 1, attempt: 1, handle: [named, ODD_TEXTS, null] },
        },
        sampleReport(3, 1, 1, metrics),
      ];
      const trial = sampleTrial(1, 'running', { configuration: named, metrics, reason, message: reason });
      store.append(commitOf(events, [trial], { reason }));
      sameEach([...store.journal()], events);
      same(store.trial(1), trial, 'a trial with odd texts');
      same(store.summary(), sampleSummary({ reason }), 'a summary with odd texts');
    },
  },
  {
    name: 'copies what is passed in',
    run(store) {
      const events = structuredClone(sampleEvents());
      const trials = [sampleTrial(1, 'running', { metrics: { loss: 1 } })].map((trial) => structuredClone(trial));
      const commit = commitOf(events, trials);
      const before = structuredClone(commit);
      store.append(commit);
      spoil(commit);
      sameEach([...store.journal()], before.events);
      same(store.trials(), before.trials, 'trials, after the caller changed the records it had passed in');
      same(store.summary(), before.summary, 'the summary, after the caller changed the one it had passed in');
    },
  },
  {
    name: 'hands out copies',
    run(store) {
      store.append(commitOf(sampleEvents(), [sampleTrial(1, 'running', { metrics: { loss: 1 } })]));
      const before = structuredClone(contentOf(store));
      spoil(contentOf(store));
      spoil(store.trial(1));
      same(contentOf(store), before, 'the content, after the caller changed what was handed out');
    },
  },
  {
    name: 'replaces a trial and the summary with each commit',
    run(store) {
      store.append(commitOf([], [sampleTrial(1, 'queued'), sampleTrial(2, 'queued')]));
      const changed = sampleTrial(1, 'running', { value: 0.5, startedAt: SOME_TIME });
      store.append(commitOf([], [changed], { reports: 99, status: 'finished', reason: 'no budget left' }));
      same(store.trials(), [changed, sampleTrial(2, 'queued')], 'the trials after two commits');
      const summary = sampleSummary({ reports: 99, status: 'finished', reason: 'no budget left' });
      same(store.summary(), summary, 'the summary after two commits');
    },
  },
  {
    name: 'lists trials by number, by state, and in part',
    run(store) {
      const trials = [
        sampleTrial(1, 'completed'),
        sampleTrial(2, 'running'),
        sampleTrial(3, 'failed', { failure: 'oom', message: 'killed' }),
        sampleTrial(4, 'paused'),
        sampleTrial(5, 'queued'),
        sampleTrial(6, 'stopped'),
      ];
      store.append(commitOf([], [...trials].reverse()));
      same(store.trials(), trials, 'trials()');
      sameIds(store, {}, [1, 2, 3, 4, 5, 6]);
      sameIds(store, { descending: true }, [6, 5, 4, 3, 2, 1]);
      sameIds(store, { limit: 2 }, [1, 2]);
      sameIds(store, { limit: 2, offset: 3 }, [4, 5]);
      sameIds(store, { offset: 4 }, [5, 6]);
      sameIds(store, { offset: 9 }, []);
      sameIds(store, { limit: 0 }, []);
      sameIds(store, { states: ['queued', 'paused'] }, [4, 5]);
      sameIds(store, { states: ['failed', 'running'], descending: true }, [3, 2]);
      sameIds(store, { states: ['completed', 'stopped', 'failed'], limit: 1, offset: 1 }, [3]);
      sameIds(store, { states: [] }, []);
    },
  },
  {
    name: 'lists trials by value, least first, when the goal is to minimize',
    run: (store) => valueOrder(store, 'minimize'),
  },
  {
    name: 'lists trials by value, greatest first, when the goal is to maximize',
    run: (store) => valueOrder(store, 'maximize'),
  },
  {
    name: 'finds a trial by its number',
    run(store) {
      store.append(
        commitOf([], [sampleTrial(1, 'queued'), sampleTrial(2, 'completed', { value: 3, endedAt: SOME_TIME })]),
      );
      same(store.trial(2), sampleTrial(2, 'completed', { value: 3, endedAt: SOME_TIME }), 'trial(2)');
      same(store.trial(3), undefined, 'trial(3), which does not exist');
    },
  },
  {
    name: "tells one trial's events and reports from another's",
    run(store) {
      const events = [
        sampleReport(1, 1, 1, { loss: 1 }),
        sampleReport(2, 2, 1, { loss: 2 }),
        sampleReport(3, 1, 3, { loss: 3 }),
        { seq: 4, at: SOME_TIME, type: 'trial:stopped', body: { trial: 2, reason: 'worse' } },
        sampleReport(5, 11, 1, { loss: 4 }),
        { seq: 6, at: SOME_TIME, type: 'study:closed', body: { status: 'finished', reason: 'done' } },
        sampleReport(7, 1, 2, { loss: 5 }),
      ] as const satisfies StudyEvent[];
      store.append(commitOf(events));
      same(store.history(1), [events[0], events[2], events[6]], 'history(1)');
      same(store.history(2), [events[1], events[3]], 'history(2)');
      const reports = [1, 2, 3].map((resource) => ({ resource, metrics: { loss: [1, 5, 3][resource - 1] } }));
      same(store.reports(1), reports, 'reports(1), in the order of their resource');
      same(store.reports(3), [], 'reports(3), which has none');
    },
  },
  {
    name: 'tells the journal from any place, as it stood when it was asked for',
    run(store) {
      const events = sampleEvents();
      const part = events.slice(0, 5);
      store.append(commitOf(part));
      const asked = store.journal(2);
      const first = asked.next().value as StudyEvent;
      store.append(commitOf(events.slice(5)));
      sameEach([first, ...asked], part.slice(2));
      sameEach([...store.journal(5)], events.slice(5));
      same([...store.journal(events.length)], [], 'the journal after its last event');
      same([...store.journal(events.length + 7)], [], 'the journal after an event that does not exist');
    },
  },
];

function valueOrder(store: TrialStore, goal: Goal): void {
  const sign = goal === 'minimize' ? 1 : -1;
  const trial = (id: number, state: TrialRecord['state'], value?: number): TrialRecord =>
    sampleTrial(id, state, value === undefined ? {} : { value });
  const trials = [
    trial(1, 'completed', sign * 5),
    trial(2, 'running', sign * -1),
    trial(3, 'completed', Number.NaN),
    trial(4, 'paused', sign * 5),
    trial(5, 'failed', Number.POSITIVE_INFINITY),
    trial(6, 'queued', sign * 2),
    trial(7, 'stopped', Number.NEGATIVE_INFINITY),
    trial(8, 'stopped', sign * 1e-300),
    trial(9, 'queued'),
    trial(10, 'completed', sign * -1),
    trial(11, 'failed', -0),
  ];
  store.append(commitOf([], trials, { definition: sampleDefinition(goal) }));
  const best = [2, 10, 11, 8, 6, 1, 4];
  sameIds(store, { order: 'value' }, best);
  sameIds(store, { order: 'value', descending: true }, [...best].reverse());
  sameIds(store, { order: 'value', limit: 3 }, best.slice(0, 3));
  sameIds(store, { order: 'value', limit: 3, offset: 2 }, best.slice(2, 5));
  sameIds(store, { order: 'value', offset: 5 }, best.slice(5));
  sameIds(store, { order: 'value', limit: 2, descending: true }, [4, 1]);
  sameIds(store, { order: 'value', states: ['completed', 'paused'] }, [10, 1, 4]);
  sameIds(store, { order: 'value', states: ['running', 'completed'], limit: 2 }, [2, 10]);
  sameIds(store, { order: 'value', states: ['queued', 'failed'], offset: 1 }, [6]);
  store.append(commitOf([], [trial(2, 'running', sign * 3)], { definition: sampleDefinition(goal) }));
  sameIds(store, { order: 'value', limit: 5 }, [10, 11, 8, 6, 2]);
}

function sameIds(reader: TrialReader, query: TrialQuery, ids: readonly number[]): void {
  const found = reader.trials(query).map(({ id }) => id);
  same(found, ids, `trials(${JSON.stringify(query)}), by their numbers`);
}

function sameEach(actual: readonly StudyEvent[], expected: readonly StudyEvent[]): void {
  same(
    actual.map(({ seq }) => seq),
    expected.map(({ seq }) => seq),
    'the numbers of the events in the journal',
  );
  for (const [index, event] of expected.entries()) same(actual[index], event, `event ${event.seq} (${event.type})`);
}
