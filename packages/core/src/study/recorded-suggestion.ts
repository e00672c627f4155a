import type { StudyEvent } from '../domain/event.ts';
import type { Suggestion } from '../domain/suggestion.ts';

/**
 * The suggestion behind an event, if the searcher made it; a configuration of the study's own list is none of its.
 * @returns also which answer to the same question it was: 0, or more after refused duplicates
 */
export function recordedSuggestion(
  event: StudyEvent,
): { readonly suggestion: Suggestion; readonly draw: number } | undefined {
  if (event.type === 'trial:resumed') {
    const { trial, until, reason } = event.body;
    return { suggestion: { kind: 'resume', trial, until, reason }, draw: 0 };
  }
  if (event.type === 'trial:stopped' && event.body.released === 'suggestion') {
    const { trial, reason } = event.body;
    return { suggestion: { kind: 'stop', trial, reason }, draw: 0 };
  }
  if (event.type !== 'trial:created' || event.body.origin !== 'searcher') return undefined;
  const { configuration, until, forkedFrom: from, repeatOf, reason, draw, details } = event.body;
  if (from !== undefined) return { suggestion: { kind: 'fork', from, configuration, until, reason }, draw };
  return { suggestion: { kind: 'start', configuration, until, repeatOf, reason, details }, draw };
}
