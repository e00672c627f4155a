import type { Budget } from '../domain/study-spec.ts';
import type { SearcherPlan } from '../ports/searcher-description.ts';
import { makeSearcher } from './rebuild-searcher.ts';
import type { StudyOptions } from './study-options.ts';

/**
 * What the searcher of a study expects to happen, before anything has run.
 * @param workers trials that run at the same time
 * @returns `undefined` if it makes no plans: it runs one trial after the other, each to its end
 * @throws FettleError `plugin-misbehaved`
 */
export async function planStudy(options: StudyOptions, workers: number): Promise<SearcherPlan | undefined> {
  const {
    searcher: plugin,
    space,
    objective,
    seed = 0,
    resumable = false,
    duplicates = 'redraw',
    budget = {},
  } = options;
  const searcher = makeSearcher(plugin, space, { objective, seed, resumable, duplicates });
  try {
    return searcher.plan({ trials: most(budget, 'trials'), resource: most(budget, 'resource'), workers });
  } finally {
    await searcher.close();
  }
}

/** How much of one thing a budget allows, as far as it limits it. */
function most(budget: Budget, what: 'trials' | 'resource'): number | undefined {
  const limitOf = (part: Budget): number => most(part, what) ?? Number.POSITIVE_INFINITY;
  const limit = Math.min(
    budget[what] ?? Number.POSITIVE_INFINITY,
    ...(budget.any ?? []).map(limitOf),
    // All of these must be used up, so the largest counts.
    budget.all === undefined || budget.all.length === 0
      ? Number.POSITIVE_INFINITY
      : Math.max(...budget.all.map(limitOf)),
  );
  return limit === Number.POSITIVE_INFINITY ? undefined : limit;
}
