import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe } from 'vitest';

/** Memory of the group, in bytes. */
const LIMIT = 64 * 2 ** 20;

/** How a group with a limit of memory is made: as control groups of version 1 have it, or of version 2. */
const [PARENT, FILE] = existsSync('/sys/fs/cgroup/memory')
  ? ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes']
  : ['/sys/fs/cgroup', 'memory.max'];

/**
 * Tests in a control group with little memory, which only root may make, and not in every container: where it cannot be made
 * they are left out, with the reason.
 * @param tests are given the path of the group, once it is there
 */
export function describeInMemoryGroup(name: string, tests: (group: () => string) => void): void {
  const path = `${PARENT}/fettle-${process.pid}`;
  const problem = make(path);
  remove(path);
  describe.skipIf(problem !== undefined)(problem === undefined ? name : `${name} (${problem})`, () => {
    beforeAll(() => void make(path));
    afterAll(async () => {
      // What ran in it is gone a moment after it was killed.
      for (let looks = 0; looks < 200 && existsSync(path); looks += 1) {
        remove(path);
        await sleep(25);
      }
    });
    tests(() => path);
  });
}

/** @returns why it could not be made */
function make(path: string): string | undefined {
  try {
    mkdirSync(path);
    writeFileSync(`${path}/${FILE}`, String(LIMIT));
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function remove(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It was never made, or something still runs in it.
  }
}
