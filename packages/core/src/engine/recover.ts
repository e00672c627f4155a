import type { Decision } from '../domain/decision.ts';
import type { StudyEvent } from '../domain/event.ts';
import { isPromise, type MaybePromise } from '../domain/json.ts';
import { normalizedValue } from '../domain/objective.ts';
import type { LiveTrial } from './live-trial.ts';
import type { SearcherGuard } from './searcher-guard.ts';
import type { StudyState } from './study-state.ts';

/**
 * Tells a searcher one event of the past, in the order in which a running study would have: before the state has changed
 * for a report, after it for everything else. Applies the event to the state.
 *
 * @param decided is given the searcher's decision on a report beside the one that was recorded
 * @returns the trial the event changed; a promise only when the searcher answers with one
 */
export function relive(
  event: StudyEvent,
  state: StudyState,
  searcher: SearcherGuard,
  decided?: (now: Decision, then: Decision) => void,
): MaybePromise<LiveTrial | undefined> {
  if (event.type === 'trial:reported') {
    const { trial: id, resource, metrics, decision } = event.body;
    const observed = { resource, metrics, value: normalizedValue(state.objective, metrics) };
    const answer = searcher.report(state.trial(id).view, observed, decided === undefined ? decision : undefined);
    if (isPromise(answer)) {
      return answer.then((now) => {
        decided?.(now, decision);
        return state.apply(event);
      });
    }
    decided?.(answer, decision);
    return state.apply(event);
  }
  const trial = state.apply(event);
  if (trial !== undefined) tell(event, trial, searcher);
  return trial;
}

function tell(event: StudyEvent, trial: LiveTrial, searcher: SearcherGuard): void {
  const { view } = trial;
  const { resource } = view;
  switch (event.type) {
    case 'trial:created':
      searcher.started(view);
      return;
    case 'trial:resumed':
      searcher.resumed(view);
      return;
    case 'trial:paused':
      searcher.ended(view, { state: 'paused', resource });
      return;
    case 'trial:completed':
      searcher.ended(view, { state: 'completed', value: trial.normalized, resource });
      return;
    case 'trial:stopped':
      searcher.ended(view, { state: 'stopped', resource, reason: event.body.reason });
      return;
    case 'trial:failed': {
      const { failure, message } = event.body;
      searcher.ended(view, { state: 'failed', failure, resource, message });
      return;
    }
    default:
      return;
  }
}
