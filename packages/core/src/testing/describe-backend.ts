import { describe, it } from 'vitest';
import { backendChecks } from './backend-checks.ts';
import type { BackendHarness } from './backend-harness.ts';

/**
 * The contract of a backend as tests: call it once in a test file of the backend's package.
 *
 * @param name of the backend
 * @param harness makes places for it to run in, and programs to run
 * @param timeout for each check, in milliseconds
 */
export function describeBackend(name: string, harness: BackendHarness, timeout = 60_000): void {
  describe(`the backend '${name}' keeps the contract`, () => {
    for (const check of backendChecks(harness)) it(check.name, () => check.run(), timeout);
  });
}
