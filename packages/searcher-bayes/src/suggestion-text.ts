import { type JsonObject, type Objective, userValue } from '@fettle/core';
import type { SpaceEncoding } from './encoding/space-encoding.ts';
import type { Answer, Belief, Proposal } from './engine/protocol.ts';

/** Why a configuration was suggested, as a sentence. */
export function reasonOf({ aim, incumbent, observations }: Answer, proposal: Proposal, objective: Objective): string {
  const expected = `${objective.metric} is expected at ${interval(proposal, objective)}`;
  const from = `from ${observations} result${observations === 1 ? '' : 's'}`;
  if (aim === 'become feasible') return `likeliest to meet the constraints, ${from}`;
  if (aim === 'explore') return `where the model knows least of what may be good: ${expected}, ${from}`;
  return `most expected improvement: ${expected}, the best is ${short(userValue(objective, incumbent!))}, ${from}`;
}

/** What a suggestion rests on, as data; values are in the objective's own unit and sign. */
export function detailsOf(
  answer: Answer,
  proposal: Proposal,
  objective: Objective,
  encoding: SpaceEncoding,
): JsonObject {
  const { aim, incumbent, observations, fittedAt, pending, level, alternative } = answer;
  const other = alternative && encoding.decode(alternative.point);
  return {
    aim,
    expected: beliefData(proposal, objective),
    uncertainty: proposal.uncertainty,
    acquisition: proposal.acquisition,
    ...(incumbent === undefined ? {} : { incumbent: userValue(objective, incumbent) ?? null }),
    ...(alternative && other
      ? {
          alternative: {
            configuration: { ...other },
            expected: beliefData(alternative, objective),
            acquisition: alternative.acquisition,
          },
        }
      : {}),
    observations,
    fittedAt,
    pending,
    ...(Number.isFinite(level) ? { level } : {}),
  };
}

function beliefData(belief: Belief, objective: Objective): JsonObject {
  const [lower, upper] = bounds(belief, objective);
  return { mean: userValue(objective, belief.mean) ?? null, lower: lower ?? null, upper: upper ?? null };
}

function interval(belief: Belief, objective: Objective): string {
  const [lower, upper] = bounds(belief, objective);
  return `${short(userValue(objective, belief.mean))} (${short(lower)} to ${short(upper)})`;
}

/** The bounds in the objective's own sign, the lower one first. */
export function bounds({ lower, upper }: Belief, objective: Objective): [number | undefined, number | undefined] {
  const [a, b] = [userValue(objective, lower), userValue(objective, upper)];
  return objective.goal === 'maximize' ? [b, a] : [a, b];
}

function short(value: number | undefined): string {
  return value === undefined ? 'unknown' : String(Number(value.toPrecision(4)));
}
