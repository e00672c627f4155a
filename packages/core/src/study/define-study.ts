import type { SearchSpace } from '../domain/search-space.ts';
import type { StudyOptions } from './study-options.ts';

/**
 * The options as they are, with the type of configurations inferred from the space: what a study file in TypeScript exports,
 * `export default defineStudy({ … })`. Nothing is checked before `createStudy`.
 */
export function defineStudy<S extends SearchSpace>(options: StudyOptions<S>): StudyOptions<S> {
  return options;
}
