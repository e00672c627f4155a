import { EngineError } from './engine-error.ts';

/** The oldest version of the API that has all that is used here: Engine 20.10. */
const OLDEST = '1.41';
/** The newest version this was written for: Engine 28.5. Newer engines speak it as long as they can. */
const NEWEST = '1.51';

/**
 * The version of the API to speak with an engine: the newest both know. An engine that no longer speaks any of ours is
 * spoken to in its own oldest: what is used here has not changed in years.
 * @param newest what the engine speaks at most
 * @param oldest what it speaks at least
 * @throws EngineError `refused` when the engine is too old
 */
export function chooseApiVersion(newest: string, oldest = newest): string {
  if (compare(newest, OLDEST) < 0) {
    throw new EngineError('refused', `The container engine speaks API ${newest}; ${OLDEST} (Docker 20.10) is needed.`);
  }
  const wanted = compare(newest, NEWEST) < 0 ? newest : NEWEST;
  return compare(wanted, oldest) < 0 ? oldest : wanted;
}

function compare(a: string, b: string): number {
  const [major = 0, minor = 0] = a.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = b.split('.').map(Number);
  return major - otherMajor || minor - otherMinor;
}
