import type { Report, TrialId, TrialRecord } from '@fettle/core';
import { packColumn } from './columns.ts';
import type { CurveData } from './report-data.ts';
import { spread, thin } from './sampling.ts';

/** Points of one curve: more than a chart has room for. */
const MOST_POINTS = 64;
/** Points of all curves together; with more, some trials' curves are left out, evenly. */
const MOST_POINTS_IN_ALL = 200_000;

/**
 * The learning curves of a study, bounded in size.
 * @param best trials whose curves are kept in any case
 */
export function buildCurves(
  trials: readonly TrialRecord[],
  metric: string,
  readReports: (trial: TrialId) => readonly Report[],
  best: readonly TrialId[],
): CurveData {
  const reporting = trials.filter((trial) => trial.reports > 0);
  const expected = reporting.reduce((sum, trial) => sum + Math.min(trial.reports, MOST_POINTS), 0);
  const room = Math.floor((reporting.length * MOST_POINTS_IN_ALL) / Math.max(expected, MOST_POINTS_IN_ALL));
  const placeOf = new Map(reporting.map((trial, place) => [trial.id, place]));
  const keep = best.flatMap((id) => placeOf.get(id) ?? []);

  const ids: number[] = [];
  const lengths: number[] = [];
  const resources: number[] = [];
  const values: number[] = [];
  for (const place of spread(reporting.length, room, keep)) {
    const id = reporting[place]?.id ?? 0;
    const points = readReports(id).flatMap(({ resource, metrics }) => {
      const y = metrics[metric];
      return y === undefined ? [] : [{ x: resource, y }];
    });
    if (points.length === 0) continue;
    const kept = thin(points, MOST_POINTS);
    ids.push(id);
    lengths.push(kept.length);
    for (const { x, y } of kept) {
      resources.push(x);
      values.push(y);
    }
  }
  const levels = [...new Set(resources)].sort((a, b) => a - b);
  const indexOf = new Map(levels.map((level, index) => [level, index]));
  return {
    total: reporting.length,
    trial: packColumn(ids),
    length: packColumn(lengths),
    levels: packColumn(levels),
    level: packColumn(resources.map((resource) => indexOf.get(resource))),
    value: packColumn(values),
  };
}
