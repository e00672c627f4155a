/** What an agent writes down; see `agent/agent.sh`. */
export type AgentRecord = {
  readonly seq: number;
  /** When, by the clock of its node: milliseconds since the epoch, in whole seconds. */
  readonly at: number;
} & (
  | {
      readonly kind: 'hello';
      readonly job: string;
      readonly restart: number;
      readonly node: string;
      /** GPUs it gives to its programs, as the frameworks write them. */
      readonly devices?: string | undefined;
      /** When its job will be ended by its time limit, in milliseconds since the epoch; absent if Slurm did not say. */
      readonly until?: number | undefined;
    }
  /** A sign of life now and then, and whenever its program has written something. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'started'; readonly attempt: string; readonly pid: number }
  | {
      readonly kind: 'ended';
      readonly attempt: string;
      /** As a shell has it: 128 + n stands for signal n. Absent if it was never run. */
      readonly exitCode?: number | undefined;
      /** Why the agent itself ended it. */
      readonly evicted?: string | undefined;
      /** Whether the kernel killed something for want of memory while it ran, and it ended by that signal. */
      readonly outOfMemory?: boolean | undefined;
    }
  | { readonly kind: 'leaving'; readonly why: string }
);

/** How an attempt ended, as its agent says. */
export type AttemptRecord = Extract<AgentRecord, { kind: 'ended' }>;

/** Reads a line; undefined for one that is torn, because the disk was full: what it said follows whole. */
export function readRecord(line: string): AgentRecord | undefined {
  try {
    return JSON.parse(line) as AgentRecord;
  } catch {
    return undefined;
  }
}
