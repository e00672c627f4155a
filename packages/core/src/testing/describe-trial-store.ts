import { describe, it } from 'vitest';
import type { TrialStore } from '../ports/trial-store.ts';
import type { Check } from './check.ts';
import { CONTENT_CHECKS } from './trial-store-content-checks.ts';
import { leaseChecks } from './trial-store-lease-checks.ts';
import { RULE_CHECKS } from './trial-store-rule-checks.ts';
import type { TrialStoreSubject } from './trial-store-subject.ts';

/** What is asked of a store. */
export interface TrialStoreSuiteOptions {
  /** Whether the store can be opened again and then has everything (the default). If not, no lease is asked of it. */
  readonly persistent?: boolean | undefined;
}

/**
 * The checks of a trial store's contract, one by one; `describeTrialStore` makes tests of them. Use this directly to run
 * them elsewhere than in vitest.
 * @param make makes an empty place for a store, anew each time
 */
export function trialStoreChecks(
  make: () => TrialStoreSubject,
  { persistent = true }: TrialStoreSuiteOptions = {},
): Check[] {
  const withSubject = (work: (subject: TrialStoreSubject) => void): void => {
    const subject = make();
    const opened: TrialStore[] = [];
    try {
      work({
        ...subject,
        open(options) {
          const store = subject.open(options);
          opened.push(store);
          return store;
        },
      });
    } finally {
      for (const store of opened) store.close();
      subject.remove?.();
    }
  };
  const simple = [...CONTENT_CHECKS, ...RULE_CHECKS].map((check) => ({
    name: check.name,
    run: () => withSubject((subject) => check.run(subject.open())),
  }));
  return persistent ? [...simple, ...leaseChecks(withSubject)] : simple;
}

/**
 * Makes a vitest suite of a trial store's contract.
 * @param name what the suite is called
 * @param make makes an empty place for a store, anew each time
 */
export function describeTrialStore(
  name: string,
  make: () => TrialStoreSubject,
  options?: TrialStoreSuiteOptions,
): void {
  describe(`${name} keeps the trial store's contract`, () => {
    for (const check of trialStoreChecks(make, options)) it(check.name, () => check.run());
  });
}
