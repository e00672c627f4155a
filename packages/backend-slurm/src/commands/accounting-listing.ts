import { readIndices } from './queue-listing.ts';

/** Fields of `sacct -o` that {@link readAccounting} reads; all of them are older than Slurm 20. */
export const ACCOUNTING_FORMAT = 'JobID,JobIDRaw,JobName,State,ExitCode,NodeList';

/** One job, or one element of an array, as the accounting has it. */
export interface AccountedJob {
  /** Its own number, also for an element of an array. */
  readonly job: string;
  /** Indices within the array; elements that never began are folded into one line. Index 0 for a job without an array. */
  readonly indices: readonly number[];
  readonly name: string;
  /** `COMPLETED`, `CANCELLED by 1000`. */
  readonly state: string;
  /** Status and signal: `1:0`. */
  readonly exitCode: string;
  readonly node: string;
}

/** Reads `sacct -X -n -P -o` with {@link ACCOUNTING_FORMAT}; a line that is none of its own is passed over. */
export function readAccounting(text: string): readonly AccountedJob[] {
  return text.split('\n').flatMap((line): AccountedJob[] => {
    const fields = line.trim().split('|');
    const [id = '', job = '', name = '', state = '', exitCode = '', node = ''] = fields;
    if (fields.length !== 6 || !/^\d+(_|$)/.test(id)) return [];
    return [{ job, indices: readIndices(id.split('_')[1] ?? ''), name, state, exitCode, node }];
  });
}
