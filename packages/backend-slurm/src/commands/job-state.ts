/** What a state of Slurm's means for a slot. */
export type JobClass =
  | 'queued'
  /** Waits for a person. */
  | 'held'
  | 'running'
  /** Over for us, but its resources are not free yet. */
  | 'ending'
  /** Taken away; nobody's fault. */
  | 'evicted'
  /** Its machine or its start failed. */
  | 'node'
  | 'out-of-memory'
  | 'cancelled'
  /** Over, and only the agent can say how. */
  | 'over';

/** `REVOKED`: another cluster of the federation has begun the job. */
const CLASSES: { readonly [state: string]: JobClass } = {
  PENDING: 'queued',
  REQUEUED: 'queued',
  REQUEUE_FED: 'queued',
  CONFIGURING: 'running',
  POWER_UP_NODE: 'running',
  RUNNING: 'running',
  SUSPENDED: 'running',
  STOPPED: 'running',
  SIGNALING: 'running',
  RESIZING: 'running',
  UPDATE_DB: 'running',
  EXPEDITING: 'running',
  REVOKED: 'running',
  STAGE_OUT: 'ending',
  COMPLETING: 'ending',
  COMPLETED: 'over',
  FAILED: 'over',
  TIMEOUT: 'evicted',
  DEADLINE: 'evicted',
  PREEMPTED: 'evicted',
  NODE_FAIL: 'node',
  BOOT_FAIL: 'node',
  LAUNCH_FAILED: 'node',
  RECONFIG_FAIL: 'node',
  OUT_OF_MEMORY: 'out-of-memory',
  CANCELLED: 'cancelled',
  REQUEUE_HOLD: 'held',
  SPECIAL_EXIT: 'held',
  RESV_DEL_HOLD: 'held',
};

/**
 * What a state means, as `squeue` and `sacct` write it (`CANCELLED by 1000` too). One that this version does not know is
 * taken for a running job: waiting is the mistake that costs least.
 */
export function jobClass(state: string): JobClass {
  const [word = ''] = state.trim().split(/[\s+]/);
  return CLASSES[word.toUpperCase()] ?? 'running';
}

/** Whether a state is one this version knows; others deserve a warning. */
export function isKnownState(state: string): boolean {
  const [word = ''] = state.trim().split(/[\s+]/);
  return word.toUpperCase() in CLASSES;
}

/** Whether a job in this class will do nothing more. */
export function isOver(state: JobClass): boolean {
  return !['queued', 'held', 'running', 'ending'].includes(state);
}

/** Pending reasons that no amount of waiting cures. */
const HOPELESS =
  /^(BadConstraints|PartitionTimeLimit|PartitionNodeLimit|PartitionConfig|AccountNotAllowed|InvalidAccount|InvalidQOS|QOSNotAllowed|\w*MaxWallDurationPerJobLimit|\w*MaxCpuPerJobLimit|\w*MaxGRESPerJob|\w*MaxNodePerJobLimit|\w*MaxMemoryPerJob|DependencyNeverSatisfied|launch failed requeued held)$/;
/** Those that mean that a person has stopped it, and will let it go. */
const HELD = /^JobHeld(User|Admin)$/;
/** Those that mean that an allowance is used up. */
const SPENT = /^(Assoc|QOS)(Grp)?\w*Minutes\w*$/;

/**
 * What the reason of a pending job means: `wait`, nothing will change (`hopeless`), an allowance is gone (`spent`), or a person
 * holds it (`held`).
 */
export function pendingReason(reason: string): 'wait' | 'hopeless' | 'spent' | 'held' {
  const word = reason.replace(/^\(|\)$/g, '').trim();
  if (HOPELESS.test(word)) return 'hopeless';
  if (HELD.test(word)) return 'held';
  return SPENT.test(word) ? 'spent' : 'wait';
}
