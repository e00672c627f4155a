import type { ParameterValue } from './configuration.ts';
import type { Condition, ForbiddenClause, Parameter } from './space-parameter.ts';

/** Steps after which counting is given up: only conditions entangled on purpose get there. */
const MOST_STEPS = 200_000;

/** Values of a parameter that all conditions and clauses treat alike, with how many there are. */
interface ValueClass {
  readonly weight: number;
  /** One of them; `undefined` for those that no condition names. */
  readonly sample: ParameterValue | undefined;
}

/**
 * Counts the configurations of a space exactly, without listing them: values that no condition and no clause tells apart
 * are counted together, and what follows is counted once for each state of the parameters it depends on.
 * @returns `Infinity` if a continuous parameter can be active, or if the conditions are too entangled to count
 */
export function countConfigurations(parameters: readonly Parameter[], forbidden: readonly ForbiddenClause[]): number {
  const order = parentsFirst(parameters);
  const position = new Map(order.map((parameter, index) => [parameter.name, index]));
  const classes = order.map((parameter) => classesOf(parameter, parameters, forbidden));
  const lastOf = (clause: readonly Condition[]): number =>
    Math.max(...clause.map((condition) => position.get(condition.parent)!));
  const settled = order.map((_, index) => forbidden.filter((clause) => lastOf(clause) === index));
  // Before step `index`: the earlier parameters that something from there on still asks for.
  const live = order.map((_, index) => {
    const asked = [
      ...order.slice(index).flatMap((parameter) => parameter.conditions),
      ...forbidden.filter((clause) => lastOf(clause) >= index).flat(),
    ].map((condition) => position.get(condition.parent)!);
    return [...new Set(asked)].filter((earlier) => earlier < index);
  });
  const samples: (ParameterValue | undefined)[] = [];
  const chosen: number[] = [];
  const memory = order.map(() => new Map<string, number>());
  const holds = (condition: Condition): boolean =>
    condition.values.has(samples[position.get(condition.parent)!] as ParameterValue);
  let steps = 0;

  const count = (index: number): number => {
    const parameter = order[index];
    if (parameter === undefined) return 1;
    const state = live[index]!.map((earlier) => chosen[earlier]).join();
    const known = memory[index]!.get(state);
    if (known !== undefined) return known;
    if (++steps > MOST_STEPS) return Number.POSITIVE_INFINITY;
    let total = 0;
    const active = parameter.conditions.every(holds);
    for (const [number, { weight, sample }] of (active ? classes[index]! : INACTIVE).entries()) {
      samples[index] = sample;
      chosen[index] = active ? number : -1;
      if (settled[index]!.some((clause) => clause.every(holds))) continue;
      const rest = count(index + 1);
      if (rest > 0) total += weight * rest;
    }
    memory[index]!.set(state, total);
    return total;
  };
  return count(0);
}

const INACTIVE: readonly ValueClass[] = [{ weight: 1, sample: undefined }];

/** Each parameter right after the last of its parents, so that few parameters are live at a time. */
function parentsFirst(parameters: readonly Parameter[]): Parameter[] {
  const order = new Set<Parameter>();
  const placed = new Set<string>();
  const place = (parameter: Parameter): void => {
    if (placed.has(parameter.name) || !parameter.conditions.every(({ parent }) => placed.has(parent))) return;
    order.add(parameter);
    placed.add(parameter.name);
    for (const child of parameters) {
      if (child.conditions.some(({ parent }) => parent === parameter.name)) place(child);
    }
  };
  for (const parameter of parameters) place(parameter);
  return [...order];
}

function classesOf(
  parameter: Parameter,
  parameters: readonly Parameter[],
  forbidden: readonly ForbiddenClause[],
): readonly ValueClass[] {
  const references = [...parameters.flatMap(({ conditions }) => conditions), ...forbidden.flat()].filter(
    ({ parent }) => parent === parameter.name,
  );
  const named = new Set(references.flatMap(({ values }) => [...values]));
  const bySignature = new Map<string, { weight: number; sample: ParameterValue }>();
  for (const sample of named) {
    const signature = references.map(({ values }) => (values.has(sample) ? '1' : '0')).join('');
    const like = bySignature.get(signature);
    if (like === undefined) bySignature.set(signature, { weight: 1, sample });
    else like.weight += 1;
  }
  const others = parameter.domain.size - named.size;
  return others > 0 ? [...bySignature.values(), { weight: others, sample: undefined }] : [...bySignature.values()];
}
