import type { Gone } from './gone.ts';

/** Whether a job ended of which nothing was ever heard, although nobody here wished so. */
export function isUnheard({ slot, state }: Gone): boolean {
  return slot.heard === undefined && !slot.cancelled && state !== 'hopeless';
}

/**
 * What is said of jobs that ended before anything was heard of them, once for all of them.
 * @param first one of them
 * @param log path of its job's log, and the last lines that are there
 * @param wait seconds until the next jobs are submitted
 */
export function unheardText(
  { why, remedy, state }: Gone,
  count: number,
  log: { readonly path: string; readonly said: readonly string[] },
  wait: number,
): string {
  const [what, them] = count === 1 ? ['1 slot', 'it'] : [`${count} slots`, 'them'];
  const logged =
    log.said.length === 0
      ? `There is nothing in its log, ${log.path}.`
      : `The end of its log, ${log.path}:\n${log.said.join('\n')}\n`;
  return [
    `${what} ended before anything was heard of ${them}: ${why}.`,
    // Who has cancelled it knows why.
    ...(state === 'cancelled' ? [] : [remedy ?? "Look whether the compute nodes see the study's folder.", logged]),
    `The next jobs are submitted in ${wait} s at the earliest.`,
  ].join(' ');
}
