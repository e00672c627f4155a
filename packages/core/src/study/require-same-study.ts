import type { StudyDefinition } from '../domain/study-spec.ts';
import { isPlugin } from '../plugin/define.ts';
import { asSearcher } from '../searchers/as-searcher.ts';
import { definitionOf, requireSameDefinition } from './definition.ts';
import type { StudyOptions } from './study-options.ts';

/**
 * Says beforehand whether `createStudy` would refuse to continue a study.
 * @param recorded what defines the study, as its store has it
 * @param options what it would be continued with
 * @throws FettleError `study-changed` with every difference
 */
export function requireSameStudy(recorded: StudyDefinition, options: StudyOptions): void {
  const { searcher } = options;
  const { record } = isPlugin(searcher, 'sampler') ? asSearcher(searcher) : searcher;
  requireSameDefinition(recorded, definitionOf(options, options.space, record));
}
