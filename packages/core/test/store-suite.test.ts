import { describe, expect, it } from 'vitest';
import { FettleError } from '../src/errors.ts';
import type { Commit, TrialStore } from '../src/ports/trial-store.ts';
import { memoryMedium, memoryStore } from '../src/store/memory-store.ts';
import { trialStoreChecks } from '../src/testing/describe-trial-store.ts';
import type { TrialStoreSubject } from '../src/testing/trial-store-subject.ts';

/** The reference store with one thing wrong. */
function flawed(flaw: (store: TrialStore) => Partial<TrialStore>): () => TrialStoreSubject {
  return () => {
    const medium = memoryMedium();
    return {
      open(options) {
        const store = memoryStore({ medium, ...options });
        return { ...store, ...flaw(store) };
      },
    };
  };
}

/** What the suite says of a store: the names of the checks it fails, with their messages. */
async function verdict(make: () => TrialStoreSubject): Promise<Map<string, string>> {
  const failures = new Map<string, string>();
  for (const check of trialStoreChecks(make)) {
    try {
      await check.run();
    } catch (thrown) {
      failures.set(check.name, thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
  return failures;
}

const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const flaws: { [what: string]: { flaw: (store: TrialStore) => Partial<TrialStore>; check: string; message: RegExp } } =
  {
    'keeps numbers as plain JSON': {
      flaw: (store) => ({ append: (commit) => store.append(plain(commit)) }),
      check: 'keeps NaN, infinities, -0 and every other number in events',
      message: /event 1 \(trial:reported\).*'not a number': null.* and not .*'not a number': NaN/,
    },
    'keeps a reference to what is passed in': {
      flaw: (store) => {
        let kept: Commit | undefined;
        return {
          append(commit) {
            store.append(commit);
            kept = commit;
          },
          summary: () => kept?.summary,
        };
      },
      check: 'copies what is passed in',
      message: /the summary, after the caller changed the one it had passed in.*spoiled/,
    },
    'hands out what it keeps': {
      flaw: (store) => {
        const known = new Map<number, ReturnType<TrialStore['trial']>>();
        return {
          trial(id) {
            if (!known.has(id)) known.set(id, store.trial(id));
            return known.get(id);
          },
          trials: (query) => {
            const trials = store.trials(query);
            return trials.map((trial) => {
              if (!known.has(trial.id)) known.set(trial.id, trial);
              return known.get(trial.id) ?? trial;
            });
          },
        };
      },
      check: 'hands out copies',
      message: /after the caller changed what was handed out/,
    },
    'forgets the goal in its order by value': {
      flaw: (store) => ({
        trials: (query = {}) => {
          const maximize = store.summary()?.definition.objective.goal === 'maximize';
          return store.trials(
            query.order === 'value' && maximize ? { ...query, descending: query.descending !== true } : query,
          );
        },
      }),
      check: 'lists trials by value, greatest first, when the goal is to maximize',
      message: /trials\(\{"order":"value"\}\), by their numbers: it is \[ ?4, 1, 6.* and not \[ ?2, 10/,
    },
    'lists values that are not finite': {
      flaw: (store) => ({
        trials: (query = {}) =>
          query.order === 'value'
            ? [...store.trials(query), ...store.trials().filter(({ value }) => Number.isNaN(value))]
            : store.trials(query),
      }),
      check: 'lists trials by value, least first, when the goal is to minimize',
      message: /4, 3 \] and not/,
    },
    'accepts any event number': {
      flaw: (store) => {
        const renumbered = (commit: Commit): Commit => ({
          ...commit,
          events: commit.events.map((event, index) => ({ ...event, seq: store.lastSeq() + index + 1 })),
        });
        return { append: (commit) => store.append(renumbered(commit)) };
      },
      check: 'refuses events that do not go on from the last one',
      message: /a first event with the number 2 is not refused; it must throw/,
    },
    'commits events before it looks at the trials': {
      flaw: (store) => ({
        append(commit) {
          const summary = store.summary() ?? commit.summary;
          store.append({ events: commit.events, trials: [], summary });
          store.append({ ...commit, events: [] });
        },
      }),
      check: 'commits all or nothing',
      message: /lastSeq\(\) after the refusal of a commit that breaks in its last trial: it is 5 and not 3/,
    },
    'changes final trials in silence': {
      flaw: (store) => ({
        append(commit) {
          const over = (id: number): boolean =>
            ['completed', 'stopped', 'failed'].includes(store.trial(id)?.state ?? '');
          store.append({ ...commit, trials: commit.trials.filter(({ id }) => !over(id)) });
        },
      }),
      check: 'never changes a trial that is stopped',
      message: /a new value for a stopped trial is not refused; it must throw/,
    },
    'reads the journal as it is and not as it was': {
      flaw: (store) => ({
        *journal(after = 0) {
          for (let seq = after; seq < store.lastSeq(); seq += 1) {
            const { value, done } = store.journal(seq).next();
            if (done !== true) yield value;
          }
        },
      }),
      check: 'tells the journal from any place, as it stood when it was asked for',
      message: /the numbers of the events in the journal/,
    },
    'loses the last report': {
      flaw: (store) => ({ reports: (trial) => store.reports(trial).slice(0, -1) }),
      check: "tells one trial's events and reports from another's",
      message: /reports\(1\), in the order of their resource/,
    },
    'lets anybody write': {
      flaw: (store) => ({
        append(commit) {
          try {
            store.append(commit);
          } catch (thrown) {
            if (!(thrown instanceof FettleError) || thrown.code !== 'store-fenced') throw thrown;
          }
        },
      }),
      check: 'refuses a writer that has lost the lease, and keeps nothing of what it wrote',
      message: /append\(\) by a writer that has lost the lease is not refused; it must throw FettleError store-fenced/,
    },
    'works on after it was closed': {
      flaw: (store) => {
        let last = store.summary();
        return {
          append(commit) {
            store.append(commit);
            last = commit.summary;
          },
          summary: () => last,
        };
      },
      check: 'refuses to be used after it was closed, and may be closed again',
      message: /summary\(\) works on a closed store/,
    },
  };

describe('the contract suite of trial stores', () => {
  it.each(Object.entries(flaws))('finds a store that %s', async (_, { flaw, check, message }) => {
    const failures = await verdict(flawed(flaw));
    expect(failures.get(check)).toMatch(message);
  });

  it('finds a second writer that is let in', async () => {
    const failures = await verdict(() => {
      const medium = memoryMedium();
      return { open: () => memoryStore({ medium, takeOver: true }) };
    });
    expect([...failures.keys()]).toContain('refuses a second writer, and lets the first go on');
    expect(failures.get('refuses a second writer, and lets the first go on')).toMatch(
      /opening a store for writing that is open for writing is not refused; it must throw FettleError store-locked/,
    );
  });

  it('finds a store that has forgotten everything when it is opened again', async () => {
    const failures = await verdict(() => ({ open: () => memoryStore() }));
    expect(failures.get('has everything again when it is opened again')).toMatch(
      /the content after closing and opening again: it is .*trials: \[\]/,
    );
  });

  it('finds nothing wrong with the reference store', async () => {
    expect(await verdict(flawed(() => ({})))).toEqual(new Map());
  });
});
