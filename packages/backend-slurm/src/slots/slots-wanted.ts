import type { Slot } from './slot.ts';

/**
 * How many new slots to submit. Slots are added only when there is work for more: in the beginning, and whenever every slot
 * there is has something to do. A slot that stands idle says that there is not, and nobody is asked for another one.
 * @param most slots that may run or wait at the same time
 * @param demand whether the last place that became free was taken
 */
export function slotsWanted(slots: Iterable<Pick<Slot, 'state'>>, most: number, demand: boolean): number {
  let living = 0;
  for (const { state } of slots) {
    if (state === 'idle') return 0;
    if (state !== 'closed') living += 1;
  }
  return demand ? Math.max(0, most - living) : 0;
}
