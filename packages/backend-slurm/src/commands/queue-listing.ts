/** Format of `squeue -o` that {@link readQueue} reads: job, array's job, index, name, state, reason, node. */
export const QUEUE_FORMAT = '%i|%F|%K|%j|%T|%r|%N';

/** The same, and behind it when the job started or is expected to start. Expectations change all the time. */
export const QUEUE_FORMAT_WITH_START = `${QUEUE_FORMAT}|%S`;

/** One job, or one element of an array, as `squeue` lists it. */
export interface QueuedJob {
  /** Number of the array, or of the job itself. */
  readonly array: string;
  /** Indices within the array; a folded line of pending elements stands for several. Index 0 for a job without an array. */
  readonly indices: readonly number[];
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  readonly node: string;
  /** Seconds since the epoch as text, or `N/A`; only with {@link QUEUE_FORMAT_WITH_START}. */
  readonly start?: string | undefined;
}

/** Reads `squeue -h -r -t all -o` with one of the two; a line that is none of its own is passed over. */
export function readQueue(text: string): readonly QueuedJob[] {
  return text.split('\n').flatMap((line): QueuedJob[] => {
    const fields = line.trim().split('|');
    const [, array = '', index = '', name = '', state = '', reason = '', node = '', start] = fields;
    if (fields.length < 7 || !/^\d+$/.test(array)) return [];
    return [
      { array, indices: readIndices(index), name, state, reason, node, ...(start === undefined ? {} : { start }) },
    ];
  });
}

/** Indices in an array: `3`, `[5-9]`, `2,4-5%10`; what is none, as of a job without an array, is index 0. */
export function readIndices(text: string): readonly number[] {
  const plain = text.replace(/[[\]]/g, '').replace(/%\d+$/, '');
  if (!/^[\d,-]+$/.test(plain)) return [0];
  return plain.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset);
  });
}
