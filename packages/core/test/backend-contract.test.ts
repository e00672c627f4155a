import { describe, expect, it } from 'vitest';
import { backendChecks } from '../src/testing/backend-checks.ts';
import { BACKEND_FAULTS, type BackendFault, pretendHarness } from '../src/testing/broken-backends.ts';
import { describeBackend } from '../src/testing/describe-backend.ts';

describeBackend('pretended', pretendHarness());

/** What the first failing check must say of each fault. */
const SAID: { readonly [fault in BackendFault]: RegExp } = {
  'ends-twice': /attempt 1\.1 ended 2 times; each attempt ends exactly once/,
  'runs-again': /the program of attempt 1\.1 was begun 3 times; it may run once/,
  'never-kills': /waited .* in vain for the end of attempt 1\.1/,
  'waits-before-kill': /in vain for the end of attempt 1\.1|a kill waited for the grace/,
  'ends-again-when-stopped': /attempt 1\.1 ended 4 times/,
  'exit-code-lost': /the exit code is undefined, expected 3/,
  'missing-is-code': /the failure is 'code', expected 'launch'/,
  'capacity-of-one-half': /capacity\(\) is 0\.5; expected a whole number, 0 or more/,
  'promises-too-much': /in vain for the program of attempt 2\.1 to begin/,
  'adopts-strangers': /adopt\(\[\]\) answered with 1 attempts nobody asked about/,
  'forgets-running': /the running attempt was adopted as 'never-launched'/,
  'forgets-to-watch': /in vain for the end of attempt 1\.1/,
  'says-running-when-never-launched': /it was adopted as 'running', expected 'never-launched'/,
  'tells-adopted-end-twice': /an end that adopt\(\) has told was told again/,
  'close-kills': /after close\(\) the attempt was adopted as 'ended', not running/,
  'talks-after-close': /a backend that was closed told an end/,
  'silence-is-an-end': /an attempt that could not be reached was said to have ended/,
  'leaves-processes': /attempt 1\.1 has ended, but this is left of it: job 1\.1/,
  'loses-reports': /the report of a loss of 0\.5 was neither told to the host nor is it in the files/,
};

describe('the checks of a backend', () => {
  it.each(BACKEND_FAULTS)("say what is wrong with a backend that has the fault '%s'", async (fault) => {
    const messages: string[] = [];
    for (const check of backendChecks(pretendHarness(fault))) {
      try {
        await check.run();
      } catch (thrown) {
        messages.push(`${check.name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      }
    }
    expect(messages.join('\n')).toMatch(SAID[fault]);
    expect(messages.length).toBeLessThan(backendChecks(pretendHarness()).length);
  });
});
