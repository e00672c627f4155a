import { FettleError } from '../errors.ts';

/**
 * What one part of a study can need of another.
 *
 * - `resume`: paused trials can go on from their checkpoint
 * - `resource-limit`: the program stops by itself at the level it is given
 * - `conditional`: parameters that are active only under a condition
 * - `continuous`: parameters with infinitely many values
 * - `gpu`: GPUs are leased to attempts
 * - `multi-node`: an attempt can span several machines
 */
export type Capability = 'resume' | 'resource-limit' | 'conditional' | 'continuous' | 'gpu' | 'multi-node';

/** Refuses a study whose parts do not fit, naming every lack at once. @throws FettleError `capability-missing` */
export function requireCapabilities(
  who: string,
  needs: readonly Capability[],
  offers: ReadonlySet<Capability>,
  remedies: { readonly [capability in Capability]?: string } = {},
): void {
  const lacks = needs.filter((need) => !offers.has(need));
  if (lacks.length === 0) return;
  throw new FettleError('capability-missing', `${who} needs ${lacks.join(', ')}, which this study does not offer.`, {
    remedy: lacks.map((lack) => remedies[lack] ?? `Choose parts that offer '${lack}'.`).join(' '),
  });
}
