import type { ConfigurationSampler, SearcherContext } from '@fettle/core';

/**
 * A sampler that says so when there is nothing left to try: random search, for one, would go on to suggest what the study
 * refuses, and a rung that waits to be filled would wait for ever. The same sampler where configurations may be tried again,
 * and where there are always others.
 */
export function untilUsedUp(
  sampler: ConfigurationSampler,
  { space, duplicates }: Pick<SearcherContext, 'space' | 'duplicates'>,
): ConfigurationSampler {
  const most = space.cardinality();
  if (duplicates !== 'redraw' || most === Number.POSITIVE_INFINITY) return sampler;
  const tried = new Set<string>();
  return {
    sample: (offer) =>
      tried.size < most
        ? sampler.sample(offer)
        : { kind: 'exhausted', reason: 'every configuration of the search space has been tried' },
    started(trial) {
      tried.add(space.key(trial.configuration));
      sampler.started?.(trial);
    },
    reported: (trial, report) => sampler.reported?.(trial, report),
    ended: (trial, outcome) => sampler.ended?.(trial, outcome),
    describe: async () => (await sampler.describe?.()) ?? { notes: [] },
    close: () => sampler.close?.(),
  };
}
