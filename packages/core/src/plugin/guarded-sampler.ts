import { isPromise } from '../domain/json.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { shownValue } from '../domain/shown-value.ts';
import type { DuplicatePolicy } from '../domain/study-spec.ts';
import { ALL_TRIED, TriedConfigurations } from '../domain/tried-configurations.ts';
import { GuardedCalls } from '../guarded-calls.ts';
import type { ConfigurationSampler, Sample } from '../ports/configuration-sampler.ts';
import type { TrialView } from '../ports/searcher.ts';

/** Spaces with more configurations than this are not tried to the last. */
const LARGEST_SPACE = 1_000_000;

/** What the guard knows of the study. */
interface SampledStudy {
  readonly space: SearchSpace;
  readonly duplicates?: DuplicatePolicy | undefined;
}

/**
 * The same sampler, with every answer checked and its name on every error, so that samplers may be naive whatever searcher they
 * are inside of. One that would go on for ever is exhausted when a study that runs no configuration twice has tried all of a
 * finite space: a searcher that fills rungs must hear of it to go on with those that wait.
 */
export function guardedSampler(
  sampler: ConfigurationSampler,
  name: string,
  { space, duplicates }: SampledStudy,
): ConfigurationSampler {
  const calls = new GuardedCalls(`sampler '${name}'`);
  const tried =
    duplicates === 'redraw' && space.cardinality() <= LARGEST_SPACE ? new TriedConfigurations(space) : undefined;
  const checked = (sample: Sample): Sample => {
    const { kind, configuration, reason } = Object(sample) as { readonly [key: string]: unknown };
    const answered = (): string => `answered sample() with ${shownValue(sample, 200)}`;
    if (
      kind !== 'exhausted' &&
      (kind !== 'configuration' || typeof configuration !== 'object' || configuration === null)
    ) {
      throw calls.error(
        `${answered()}, which is not a sample: expected { kind: 'configuration', configuration, reason } or { kind: 'exhausted', reason }`,
      );
    }
    if (typeof reason !== 'string' || reason === '') throw calls.error(`${answered()}, which gives no reason`);
    return kind === 'configuration' && tried?.all === true ? { kind: 'exhausted', reason: ALL_TRIED } : sample;
  };
  return {
    sample(offer) {
      const answer = calls.call('sample', () => sampler.sample(offer));
      return isPromise(answer) ? calls.settle('sample', answer).then(checked) : checked(answer);
    },
    // What it does not have, whoever holds it must not think that it has.
    ...((sampler.started !== undefined || tried !== undefined) && {
      started(trial: TrialView) {
        // Trials of other studies, which have no number here, were not tried in this one.
        if (trial.id > 0) tried?.add(trial.configuration);
        calls.tell('started', () => sampler.started?.(trial));
      },
    }),
    ...(sampler.reported && {
      reported: (trial, report) => calls.tell('reported', () => sampler.reported?.(trial, report)),
    }),
    ...(sampler.ended && { ended: (trial, outcome) => calls.tell('ended', () => sampler.ended?.(trial, outcome)) }),
    ...(sampler.describe && { describe: () => calls.call('describe', () => sampler.describe?.() ?? { notes: [] }) }),
    ...(sampler.close && { close: () => calls.call('close', () => sampler.close?.()) }),
  };
}
