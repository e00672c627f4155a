import type { TrialId, TrialRecord } from '@fettle/core';
import { packColumn } from './columns.ts';
import type { CurveData } from './report-data.ts';
import { spread, thin } from './sampling.ts';

/** Points of one curve: more than a chart has room for. */
const MOST_POINTS = 64;
/** Points of all curves together; with more, some trials' curves are left out, evenly. */
const MOST_POINTS_IN_ALL = 200_000;

/** What trials reported, by trial: resource and objective of every report, in the order of the reports. */
export type ReportedPoints = ReadonlyMap<
  TrialId,
  { readonly resources: readonly number[]; readonly values: readonly number[] }
>;

/**
 * The trials whose curves a report shows: all, or as many as there is room for, evenly chosen.
 * @param best trials whose curves are kept in any case
 */
export function chooseCurves(trials: readonly TrialRecord[], best: readonly TrialId[]): TrialId[] {
  const reporting = trials.filter((trial) => trial.reports > 0);
  const expected = reporting.reduce((sum, trial) => sum + Math.min(trial.reports, MOST_POINTS), 0);
  const room = Math.floor((reporting.length * MOST_POINTS_IN_ALL) / Math.max(expected, MOST_POINTS_IN_ALL));
  const placeOf = new Map(reporting.map((trial, place) => [trial.id, place]));
  const keep = best.flatMap((id) => placeOf.get(id) ?? []);
  return spread(reporting.length, room, keep).flatMap((place) => reporting[place]?.id ?? []);
}

/**
 * The learning curves of a study, bounded in size.
 * @param total trials with at least one report
 */
export function buildCurves(total: number, chosen: readonly TrialId[], reported: ReportedPoints): CurveData {
  const ids: number[] = [];
  const lengths: number[] = [];
  const resources: number[] = [];
  const values: number[] = [];
  for (const id of chosen) {
    const points = reported.get(id);
    if (points === undefined) continue;
    const kept = thin(
      points.resources.map((x, index) => ({ x, y: points.values[index] ?? Number.NaN })),
      MOST_POINTS,
    );
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
    total,
    trial: packColumn(ids),
    length: packColumn(lengths),
    levels: packColumn(levels),
    level: packColumn(resources.map((resource) => indexOf.get(resource))),
    value: packColumn(values),
  };
}
