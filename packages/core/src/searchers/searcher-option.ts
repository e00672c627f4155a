import { z } from 'zod';
import { isPlugin, type Plugin } from '../plugin/define.ts';
import { asSearcher } from './as-searcher.ts';

/**
 * The schema of an option that holds a searcher. A sampler will do: it is the searcher that runs every trial to its end. Name
 * the option under `nested` in the definition as well.
 */
export function searcherOption(): z.ZodType<Plugin<'searcher'>, Plugin<'searcher'> | Plugin<'sampler'>> {
  return z
    .custom<Plugin<'searcher'> | Plugin<'sampler'>>(
      (value) => isPlugin(value, 'searcher') || isPlugin(value, 'sampler'),
      {
        error: 'expected a searcher or a sampler, such as `random()`',
      },
    )
    .transform((plugin) => (isPlugin(plugin, 'sampler') ? asSearcher(plugin) : plugin));
}
