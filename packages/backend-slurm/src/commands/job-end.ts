import { isKnownState, type JobClass, jobClass, pendingReason } from './job-state.ts';

/** How a job ended, as Slurm says. */
export interface JobEnd {
  readonly state: JobClass;
  /** State, cause and node, for people. */
  readonly text: string;
  /** What can be done about it, in a sentence; absent where nobody knows. */
  readonly remedy?: string | undefined;
}

const REMEDIES: { readonly [state: string]: string } = {
  OUT_OF_MEMORY: 'Ask for more memory: `mem` of the directives.',
  TIMEOUT: 'Its program did not save itself in time: raise `leadSeconds`, or `minutes`.',
  DEADLINE: 'Its directive `deadline` has passed: set a later one, or none.',
  PREEMPTED: 'Nothing has to be done; a `qos` or `partition` that is not preempted avoids it.',
  NODE_FAIL: 'Nothing has to be done: a node where this happens again is left alone for a while.',
  BOOT_FAIL: 'Nothing has to be done: a node where this happens again is left alone for a while.',
};
/** Exit codes are a status and a signal; Slurm shows 128 + n of a shell as n. */
const KILLED = /^(0:9|9:0)$/;
/** What Slurm says of a job whose log it could not open. */
const NO_LOG = '0:53';

/**
 * Reads how a job ended.
 * @param job as `squeue` or `sacct` have it: state (`CANCELLED by 1000` too), exit code (`1:0`), reason and node, if known
 */
export function jobEnd({
  state,
  exitCode = '0:0',
  reason = '',
  node = '',
}: {
  readonly state: string;
  readonly exitCode?: string | undefined;
  readonly reason?: string | undefined;
  readonly node?: string | undefined;
}): JobEnd {
  const [word = ''] = state.trim().split(/[\s+]/);
  const [, canceller] = /^CANCELLED by (\d+)/.exec(state.trim()) ?? [];
  const text = [
    word,
    canceller === undefined ? '' : ` by ${canceller === '0' ? 'root' : `user ${canceller}`}`,
    ['', 'None'].includes(reason) ? '' : ` (${reason})`,
    exitCode === '0:0' ? '' : ` with exit code ${exitCode}`,
    /^(|None assigned|\(null\))$/.test(node) ? '' : ` on ${node}`,
    isKnownState(state) ? '' : ', which this version does not know',
  ].join('');
  return { state: jobClass(state), text, remedy: remedyOf(word, exitCode, canceller) };
}

/** What can be done about a job that waits for this reason. */
export function pendingRemedy(reason: string): string | undefined {
  const kind = pendingReason(reason);
  if (kind === 'hopeless') return 'It will never start like this: correct the directives of the backend.';
  if (kind === 'held') return 'It is held: release it (scontrol release), or ask your administrators why they hold it.';
  if (kind === 'spent') return 'The hours of the account or QOS are used up: take another one, or ask for more.';
  if (/^(Assoc|QOS)\w*(Max|Grp)/.test(reason))
    return 'You use as much as you may at once: it starts after another job of yours.';
  return undefined;
}

function remedyOf(word: string, exitCode: string, canceller: string | undefined): string | undefined {
  if (canceller === '0') return 'Ask your administrators why: some sites cancel jobs whose GPUs stand idle.';
  if (word !== 'FAILED') return REMEDIES[word];
  if (exitCode === NO_LOG) return "Look whether the compute nodes can write to the study's folder.";
  return KILLED.test(exitCode) ? 'Something killed it; if it was the memory limit, raise `mem`.' : undefined;
}
