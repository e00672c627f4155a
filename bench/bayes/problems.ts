/** What samplers are compared on: functions whose optimum is known, and tables of trainings that were really made. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Configuration, parseSearchSpace, type SearchSpace } from '@fettle/core';
import { ackley, branin, hartmann3, hartmann6, levy, rosenbrock, type TestObjective } from '@fettle/core/testing';

/** Something to minimise. */
export interface Problem {
  readonly name: string;
  readonly space: SearchSpace;
  /** The smallest value there is. */
  readonly optimum: number;
  evaluate(configuration: Configuration): number;
}

/** A table in a file: every configuration of a grid with one value for each seed of the training. */
interface TableFile {
  readonly table: string;
  readonly goal: 'minimize' | 'maximize';
  readonly parameters: readonly { readonly name: string; readonly values: readonly (string | number)[] }[];
  /** Rows in mixed-radix order of the parameters, the last one fastest. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** The functions. */
export function functionProblems(): readonly Problem[] {
  const objectives: readonly (readonly [string, TestObjective])[] = [
    ['branin', branin],
    ['hartmann3', hartmann3],
    ['hartmann6', hartmann6],
    ['ackley5', ackley(5)],
    ['ackley10', ackley(10)],
    ['rosenbrock5', rosenbrock(5)],
    ['levy8', levy(8)],
  ];
  return objectives.map(([name, objective]) => ({
    name,
    space: objective.space,
    optimum: objective.optimum.value,
    evaluate: (configuration) => objective.evaluate(configuration),
  }));
}

/** Every table of a folder: numbers are ordinal, words categorical; the value is the mean over the seeds. */
export function tableProblems(folder: string): readonly Problem[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json.gz'));
  return names.sort().map((name) => {
    const table = JSON.parse(gunzipSync(readFileSync(join(folder, name))).toString()) as TableFile;
    return tableProblem(table);
  });
}

function tableProblem({ table, goal, parameters, values }: TableFile): Problem {
  const means = Float64Array.from(values, (row) => {
    const sum = row.reduce<number>((total, value) => total + (value ?? Number.POSITIVE_INFINITY), 0);
    return (goal === 'maximize' ? -sum : sum) / row.length;
  });
  const space = parseSearchSpace(
    Object.fromEntries(
      parameters.map(({ name, values: choices }) => [
        name,
        { type: typeof choices[0] === 'number' ? 'ordinal' : 'categorical', values: choices },
      ]),
    ),
  );
  return {
    name: table,
    space,
    optimum: means.reduce((best, value) => Math.min(best, value), Number.POSITIVE_INFINITY),
    evaluate(configuration) {
      let row = 0;
      for (const { name, values: choices } of parameters) {
        row = row * choices.length + choices.indexOf(configuration[name] as string | number);
      }
      return means[row]!;
    },
  };
}
