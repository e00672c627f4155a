import type { StudyDefinition, StudySettings } from '../domain/study-spec.ts';
import { bug, FettleError } from '../errors.ts';
import { isPlugin, type Plugin } from '../plugin/define.ts';
import type { Program } from '../ports/program.ts';
import { asSearcher } from '../searchers/as-searcher.ts';
import { capabilityProblems } from './capability-problems.ts';
import { definitionOf, settingsOf } from './definition.ts';
import { Findings } from './findings.ts';
import { defaultBackend, programOf } from './program.ts';
import type { StudyOptions } from './study-options.ts';

/** A study's options, found to be right. */
export interface CheckedStudy {
  readonly program: Program;
  readonly searcher: Plugin<'searcher'>;
  readonly backend: Plugin<'backend'>;
  readonly definition: StudyDefinition;
  readonly settings: StudySettings;
}

/**
 * Checks everything about a study's options that can be known before anything is made of them.
 * @throws FettleError `options-invalid`, `template-invalid`, `capability-missing`: one, with everything that is wrong
 */
export function checkStudy(options: StudyOptions): CheckedStudy {
  const searcher = isPlugin(options.searcher, 'sampler') ? asSearcher(options.searcher) : options.searcher;
  const findings = new Findings();
  const program = findings.look(() => programOf(options));
  const backend = options.backend ?? defaultBackend(options);
  const definition = findings.look(() => definitionOf(options, options.space, searcher.record));
  const settings = findings.look(() => settingsOf(options));
  findings.look(() => requireCapabilities(options, searcher, backend));
  findings.done();
  if (program === undefined || definition === undefined || settings === undefined) {
    return bug('something is wrong with a study, and nobody knows what');
  }
  return { program, searcher, backend, definition, settings: { ...settings, backend: backend.record } };
}

/** @throws FettleError `capability-missing` with every lack */
function requireCapabilities(
  { resumable = false, metrics }: StudyOptions,
  searcher: Plugin<'searcher'>,
  backend: Plugin<'backend'>,
): void {
  const problems = capabilityProblems({ searcher, backend, metrics, resumable });
  if (problems.length === 0) return;
  const lines = problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new FettleError('capability-missing', `The parts of the study do not fit:\n  ${lines.join('\n  ')}`, {
    remedy: [...new Set(problems.map(({ remedy }) => remedy))].join(' '),
  });
}
