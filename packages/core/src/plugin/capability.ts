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

/** That a plugin cannot work without something. */
export interface PluginNeed {
  readonly capability: Capability;
  /** Kind and name of the plugin: `sampler 'mine'`. */
  readonly plugin: string;
  /** Where it is in the options of the plugin that it is inside of; empty for a need of that one's own. */
  readonly path: readonly (string | number)[];
}
