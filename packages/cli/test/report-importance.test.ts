import { expect, it } from 'vitest';
import { parameterImportance } from '../src/report/importance.ts';
import type { ParameterCells } from '../src/report/parameters.ts';

/** Evenly scattered numbers from 0 to 1, different for each stream (multiples of an irrational number). */
const scatter = (count: number, irrational: number) =>
  Array.from({ length: count }, (_, row) => ((row + 1) * irrational) % 1);
const number = (name: string, cells: readonly (number | undefined)[]): ParameterCells => ({
  name,
  kind: 'number',
  scale: 'linear',
  whole: false,
  min: 0,
  max: 1,
  levels: [],
  cells,
});
const shares = (parameters: readonly ParameterCells[], values: readonly number[]) => {
  const importance = parameterImportance(parameters, values);
  if (!importance.known) throw new Error(importance.reason);
  return new Map(importance.parameters.map((one) => [one.name, one]));
};

const a = scatter(400, Math.SQRT2);
const b = scatter(400, Math.sqrt(3));
const c = scatter(400, Math.sqrt(5));

it('finds the parameters that decide the value, in their order, and leaves the others below chance', () => {
  const values = a.map((x, row) => (x - 0.3) ** 2 + 0.2 * ((b[row] ?? 0) - 0.6) ** 2);
  const found = shares([number('c', c), number('b', b), number('a', a)], values);
  expect([...found.keys()][0]).toBe('a');
  expect(found.get('a')?.share).toBeGreaterThan(2 * (found.get('b')?.share ?? 1));
  expect(found.get('a')?.share).toBeGreaterThan(found.get('a')?.chance ?? 1);
  expect(found.get('c')?.share).toBeLessThan(found.get('c')?.chance ?? 0);
  expect([...found.values()].reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
});

it('judges categories by their counts', () => {
  const cells = a.map((x) => Math.floor(x * 3));
  const category: ParameterCells = { ...number('kind', cells), kind: 'category', levels: ['x', 'y', 'z'], max: 2 };
  const found = shares(
    [category, number('c', c)],
    cells.map((cell, row) => (cell === 1 ? 0 : 1) + 0.01 * (b[row] ?? 0)),
  );
  // All of the best tenth are 'y', a third of all trials: the divergence is 3 - 1 = 2, weighed against noise.
  expect(found.get('kind')?.share).toBeGreaterThan(0.8);
});

it('judges a conditional parameter where it is active, and weighs it by how often that is', () => {
  const half = a.map((x, row) => (row % 2 === 0 ? x : undefined));
  const values = a.map((x) => (x - 0.5) ** 2);
  const found = shares([number('always', a), number('sometimes', half), number('c', c)], values);
  expect(found.get('sometimes')?.share).toBeGreaterThan(found.get('c')?.share ?? 1);
  expect((found.get('sometimes')?.share ?? 0) / (found.get('always')?.share ?? 0)).toBeCloseTo(0.5, 1);
});

it('leaves out values that are not finite, and gives the same answer every time', () => {
  const values = a.map((x, row) => (row % 3 === 0 ? Number.POSITIVE_INFINITY : x));
  const first = parameterImportance([number('a', a), number('b', b)], values);
  expect(first).toEqual(parameterImportance([number('a', a), number('b', b)], values));
  expect(first).toMatchObject({ known: true, trials: values.filter(Number.isFinite).length });
});

it('says why when there is nothing to say', () => {
  expect(parameterImportance([number('a', a)], a.slice(0, 7))).toEqual({
    known: false,
    reason: 'Needs 20 trials with a value; there are 7.',
  });
  const constant = {
    ...number(
      'a',
      a.map(() => 0.5),
    ),
    min: 0.5,
    max: 0.5,
  };
  expect(parameterImportance([constant], a)).toMatchObject({ known: false });
});
