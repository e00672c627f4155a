import { z } from 'zod';
import { defineSearcher, type Plugin } from '../plugin/define.ts';
import { fullResource } from './full-resource-searcher.ts';

/**
 * The searcher that a sampler is by itself: every trial runs to the program's own end. It is recorded under the sampler's
 * name and options.
 */
export function asSearcher(sampler: Plugin<'sampler'>): Plugin<'searcher'> {
  const { name, version, apiVersion, needs, allNeeds, offers } = sampler.definition;
  const searcher = defineSearcher({
    name,
    version,
    apiVersion,
    needs,
    allNeeds,
    offers,
    // The sampler's own options were checked when it was made; they are only recorded here.
    options: z.unknown(),
    create: (_options, context) => fullResource(sampler.create(context)),
  });
  return searcher(sampler.record.options);
}
