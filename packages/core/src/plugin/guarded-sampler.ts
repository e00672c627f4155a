import { isPromise } from '../domain/json.ts';
import { shownValue } from '../domain/shown-value.ts';
import { GuardedCalls } from '../guarded-calls.ts';
import type { ConfigurationSampler, Sample } from '../ports/configuration-sampler.ts';

/**
 * The same sampler, with every answer checked and its name on every error, so that samplers may be naive whatever searcher they
 * are inside of.
 */
export function guardedSampler(sampler: ConfigurationSampler, name: string): ConfigurationSampler {
  const calls = new GuardedCalls(`sampler '${name}'`);
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
    if (typeof reason === 'string' && reason !== '') return sample;
    throw calls.error(`${answered()}, which gives no reason`);
  };
  return {
    sample(offer) {
      const answer = calls.call('sample', () => sampler.sample(offer));
      return isPromise(answer) ? calls.settle('sample', answer).then(checked) : checked(answer);
    },
    // What it does not have, whoever holds it must not think that it has.
    ...(sampler.started && { started: (trial) => calls.tell('started', () => sampler.started?.(trial)) }),
    ...(sampler.reported && {
      reported: (trial, report) => calls.tell('reported', () => sampler.reported?.(trial, report)),
    }),
    ...(sampler.ended && { ended: (trial, outcome) => calls.tell('ended', () => sampler.ended?.(trial, outcome)) }),
    ...(sampler.describe && { describe: () => calls.call('describe', () => sampler.describe?.() ?? { notes: [] }) }),
    ...(sampler.close && { close: () => calls.call('close', () => sampler.close?.()) }),
  };
}
