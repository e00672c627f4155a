import type { Decision } from '../domain/decision.ts';
import { isPromise } from '../domain/json.ts';
import type { Suggestion } from '../domain/suggestion.ts';
import type { ConfigurationSampler, Sample } from '../ports/configuration-sampler.ts';
import type { Searcher } from '../ports/searcher.ts';

const GO_ON: Decision = { kind: 'continue' };

/** Turns a sampler into a searcher that runs each trial to the program's own end. */
export function fullResource(sampler: ConfigurationSampler): Searcher {
  return {
    ask(offer) {
      const sample = sampler.sample(offer);
      return isPromise(sample) ? sample.then(suggestionOf) : suggestionOf(sample);
    },
    started: (trial) => sampler.started?.(trial),
    report(trial, report) {
      sampler.reported?.(trial, report);
      return GO_ON;
    },
    ended: (trial, outcome) => sampler.ended?.(trial, outcome),
    // Nobody need tell the whole history to what has nothing to say of it.
    ...(sampler.describe && { describe: async () => ({ notes: [], ...(await sampler.describe?.()) }) }),
    close: () => sampler.close?.(),
  };
}

function suggestionOf(sample: Sample): Suggestion {
  if (sample.kind === 'exhausted') return sample;
  return { kind: 'start', configuration: sample.configuration, reason: sample.reason, details: sample.details };
}
