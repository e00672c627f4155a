import type { JsonObject, JsonValue, ParameterValue, TrialRecord } from '@fettle/core';
import { packColumn } from './columns.ts';
import type { ParameterData } from './report-data.ts';

/** Longest label of a category; the rest is cut. */
const LONGEST_LABEL = 120;
/** Different values of a category that get a place of their own; the others share the last one. */
const MOST_LEVELS = 200;
const OTHERS = '(other values)';

/** A parameter with the cells of some trials, before it is packed. */
export interface ParameterCells extends Omit<ParameterData, 'column'> {
  /** Value, or place in `levels`, by row; `undefined` where the parameter is not active. */
  readonly cells: readonly (number | undefined)[];
}

/** Every parameter of the configurations, in the order of the search space. */
export function readParameters(trials: readonly TrialRecord[], space: JsonObject): ParameterCells[] {
  const names = new Set<string>();
  for (const trial of trials) for (const name of Object.keys(trial.configuration)) names.add(name);
  const declared = declarations(space);
  const order = [...declared.keys()].filter((name) => names.has(name));
  return [...new Set([...order, ...names])].map((name) =>
    readParameter(
      name,
      trials.map((trial) => (Object.hasOwn(trial.configuration, name) ? trial.configuration[name] : undefined)),
      declared.get(name) ?? {},
    ),
  );
}

/** Packs the cells for the page. */
export function packParameter({ cells, ...rest }: ParameterCells): ParameterData {
  return { ...rest, column: packColumn(cells) };
}

/** Position from 0 to 1 of a cell on its parameter's axis. */
export function axisPosition(parameter: ParameterCells, cell: number): number {
  const { min, max } = parameter;
  if (max <= min) return 0.5;
  if (parameter.scale === 'log') return Math.log(cell / min) / Math.log(max / min);
  if (parameter.scale === 'reverse-log') return Math.log((1 - cell) / (1 - min)) / Math.log((1 - max) / (1 - min));
  return (cell - min) / (max - min);
}

/** One parameter's value as text for people, cut if it is very long. */
function parameterText(value: ParameterValue): string {
  const text = String(value);
  return text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text;
}

function readParameter(
  name: string,
  values: readonly (ParameterValue | undefined)[],
  declared: JsonObject,
): ParameterCells {
  const present = values.filter((value) => value !== undefined);
  const choices = declared.values;
  const numbers = present.filter((value) => typeof value === 'number');
  if (numbers.length < present.length || Array.isArray(choices)) return readCategory(name, values, choices);
  const bounds = [declared.min, declared.max].filter((bound) => typeof bound === 'number');
  let min = Math.min(...bounds);
  let max = Math.max(...bounds);
  for (const value of numbers) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const scale =
    declared.scale === 'log' && min > 0
      ? 'log'
      : declared.scale === 'reverse-log' && max < 1
        ? 'reverse-log'
        : 'linear';
  const whole = numbers.every((value) => Number.isInteger(value));
  const cells = values.map((value) => (typeof value === 'number' ? value : undefined));
  return { name, kind: 'number', scale, whole, min, max, levels: [], cells };
}

function readCategory(
  name: string,
  values: readonly (ParameterValue | undefined)[],
  choices: JsonValue | undefined,
): ParameterCells {
  const levels: string[] = [];
  const places = new Map<string, number>();
  const placeOf = (value: ParameterValue): number => {
    const label = parameterText(value);
    const known = places.get(label);
    if (known !== undefined) return known;
    if (levels.length < MOST_LEVELS) levels.push(label);
    else levels[MOST_LEVELS] = OTHERS;
    places.set(label, levels.length - 1);
    return levels.length - 1;
  };
  if (Array.isArray(choices)) {
    for (const choice of choices as readonly JsonValue[]) {
      if (typeof choice !== 'object') placeOf(choice);
    }
  }
  const cells = values.map((value) => (value === undefined ? undefined : placeOf(value)));
  return {
    name,
    kind: 'category',
    scale: 'linear',
    whole: true,
    min: 0,
    max: Math.max(0, levels.length - 1),
    levels,
    cells,
  };
}

/** The parameters as the study declares them; empty where the record of the space has another shape. */
function declarations(space: JsonObject): Map<string, JsonObject> {
  const parameters = isObject(space.parameters) ? space.parameters : space;
  return new Map(
    Object.entries(parameters).flatMap(([name, value]) => (isObject(value) ? [[name, value] as const] : [])),
  );
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
