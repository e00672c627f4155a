import { Bench } from './backend-bench.ts';
import type { BackendHarness } from './backend-harness.ts';
import { RUN_CHECKS } from './backend-run-checks.ts';
import { SUCCESSION_CHECKS } from './backend-succession-checks.ts';
import type { Check } from './check.ts';

/** The checks of a backend's contract, one by one; `describeBackend` makes tests of them. */
export function backendChecks(harness: BackendHarness): Check[] {
  const lacks = new Set(harness.lacks);
  return [...RUN_CHECKS, ...SUCCESSION_CHECKS]
    .filter(({ needs, when }) => !needs.some((need) => lacks.has(need)) && when?.(harness) !== false)
    .map((check) => ({
      name: check.name,
      async run() {
        const bench = new Bench(await harness.open(), harness);
        try {
          await check.run(bench);
        } finally {
          await bench.close();
        }
      },
    }));
}
