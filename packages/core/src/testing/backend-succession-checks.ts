import type { Adoption, Launched, RecordedAttempt } from '../ports/backend.ts';
import { type BackendCheck, type Driver, fail, launchRequest, requireEnd, stop } from './backend-bench.ts';
import type { BackendHarness } from './backend-harness.ts';

const outlives = (harness: BackendHarness): boolean => harness.outlivesDriver;

/** What is asked of a backend when drivers, or the way to the platform, come and go. */
export const SUCCESSION_CHECKS: readonly BackendCheck[] = [
  {
    name: 'there is nothing to adopt in a new study',
    needs: ['finish'],
    async run(bench) {
      const { backend } = await bench.opened('finish');
      const adoptions = await backend.adopt([]);
      if (adoptions.length > 0) fail(`adopt([]) answered with ${adoptions.length} attempts nobody asked about`);
    },
  },
  {
    name: 'an attempt that was never launched is said to be so, and can be launched then',
    needs: ['finish'],
    when: outlives,
    async run(bench) {
      const driver = await bench.opened('finish');
      const [adoption] = await adopt(driver, [{ request: launchRequest(1) }]);
      if (adoption?.status !== 'never-launched')
        fail(`it was adopted as '${adoption?.status}', expected 'never-launched'`);
      await driver.backend.launch(launchRequest(1));
      requireEnd(await bench.end(driver, '1.1'), 'finished');
      const starts = await bench.place.starts('1.1');
      if (starts !== 1) fail(`its program was begun ${starts} times, expected once`);
    },
  },
  {
    name: 'the next driver finds a running attempt and can stop it',
    needs: ['sleep'],
    when: outlives,
    async run(bench) {
      const first = await bench.driver('sleep');
      const launched = await first.backend.launch(launchRequest(1));
      await bench.begun(first, '1.1');
      const next = await bench.opened('sleep');
      const [adoption] = await adopt(next, [recorded(launched)]);
      if (adoption?.status !== 'running') fail(`the running attempt was adopted as '${adoption?.status}'`);
      requireSameFiles(launched, adoption.launched);
      await stop(next, '1.1', 'terminate', 10_000);
      await bench.end(next, '1.1');
      await bench.settled(next, '1.1');
    },
  },
  {
    name: 'a launch that was not recorded is found by the next driver',
    needs: ['sleep'],
    when: outlives,
    async run(bench) {
      const first = await bench.driver('sleep');
      await first.backend.launch(launchRequest(1));
      await bench.begun(first, '1.1');
      const next = await bench.opened('sleep');
      const [adoption] = await adopt(next, [{ request: launchRequest(1) }]);
      if (adoption?.status === 'never-launched') await next.backend.launch(launchRequest(1));
      await stop(next, '1.1', 'kill', bench.grace);
      if (adoption?.status !== 'ended') await bench.end(next, '1.1');
      const starts = await bench.place.starts('1.1');
      if (starts !== 1) fail(`the program of an attempt whose launch was not recorded was begun ${starts} times`);
      if (adoption?.status !== 'running') fail(`the running attempt was adopted as '${adoption?.status}'`);
    },
  },
  {
    name: 'the next driver learns how an attempt ended meanwhile',
    needs: ['exit-3'],
    when: outlives,
    async run(bench) {
      const first = await bench.driver('exit-3');
      const launched = await first.backend.launch(launchRequest(1));
      await bench.end(first, '1.1');
      const next = await bench.opened('exit-3');
      const [adoption] = await adopt(next, [recorded(launched)]);
      if (adoption?.status !== 'ended') fail(`the attempt that has ended was adopted as '${adoption?.status}'`);
      requireEnd(adoption.end, 'failed');
      if (adoption.end.kind === 'failed' && adoption.end.exitCode !== 3) {
        fail(`it ended with exit code 3, adopted was ${adoption.end.exitCode}`);
      }
      await next.host.wait(5 * bench.grace);
      if (next.host.ends.size > 0) fail('an end that adopt() has told was told again to the host');
    },
  },
  {
    name: 'attempts that die with the driver are evicted, not failed',
    needs: ['sleep'],
    when: (harness) => !harness.outlivesDriver,
    async run(bench) {
      const driver = await bench.opened('sleep');
      const [adoption] = await adopt(driver, [{ request: launchRequest(1), handle: null }]);
      if (adoption?.status !== 'ended') fail(`it was adopted as '${adoption?.status}', expected 'ended'`);
      requireEnd(adoption.end, 'evicted');
    },
  },
  {
    name: 'close leaves running attempts alone and says nothing more',
    needs: ['sleep'],
    when: outlives,
    async run(bench) {
      const first = await bench.driver('sleep');
      const launched = await first.backend.launch(launchRequest(1));
      await bench.begun(first, '1.1');
      await bench.closeDriver(first);
      await first.host.wait(5 * bench.grace);
      if (first.host.ends.size > 0) fail('a backend that was closed told an end');
      const next = await bench.opened('sleep');
      const [adoption] = await adopt(next, [recorded(launched)]);
      if (adoption?.status !== 'running')
        fail(`after close() the attempt was adopted as '${adoption?.status}', not running`);
      await stop(next, '1.1', 'kill', bench.grace);
      await bench.end(next, '1.1');
      if (first.host.ends.size > 0) fail('a backend that was closed told an end');
    },
  },
  {
    name: 'no contact is not an end',
    needs: ['sleep'],
    when: (harness) => harness.canLoseContact === true,
    async run(bench) {
      const { place } = bench;
      if (place.connect === undefined) fail('the harness says `canLoseContact`, but its places have no `connect`');
      const driver = await bench.driver('sleep');
      await driver.backend.launch(launchRequest(1));
      await bench.begun(driver, '1.1');
      place.connect(false);
      await driver.host.eventually(
        'a notice that attempt 1.1 cannot be reached',
        () => driver.host.unreached.get('1.1')?.[0],
      );
      if (driver.host.ends.size > 0) fail('an attempt that could not be reached was said to have ended');
      place.connect(true);
      await stop(driver, '1.1', 'kill', bench.grace);
      await bench.end(driver, '1.1');
      await bench.settled(driver, '1.1');
    },
  },
];

function recorded(launched: Launched): RecordedAttempt {
  // As it comes out of a store.
  const handle: unknown = JSON.parse(JSON.stringify(launched.handle));
  return { request: launchRequest(1), handle: handle as Launched['handle'] };
}

async function adopt({ backend }: Driver, attempts: readonly RecordedAttempt[]): Promise<readonly Adoption[]> {
  const adoptions = await backend.adopt(attempts);
  const asked = attempts.map(({ request }) => request.attempt).join(', ');
  const answered = adoptions.map(({ attempt }) => attempt).join(', ');
  if (asked !== answered) fail(`adopt() was asked about ${asked} and answered about ${answered || 'nothing'}`);
  return adoptions;
}

function requireSameFiles(launched: Launched, adopted: Launched): void {
  if (JSON.stringify(launched.files) !== JSON.stringify(adopted.files)) {
    fail('the attempt was adopted with other files than it was launched with');
  }
}
