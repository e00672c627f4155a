import { branch, float, int, random, searchSpace } from '@fettle/core';
import { curveProgram, faults, simulateStudy } from '@fettle/core/testing';
import { expect, it } from 'vitest';
import { decodeColumn } from '../client/decode.js';
import { buildReportData } from '../src/report/build-report-data.ts';
import { renderReport } from '../src/report/render-report.ts';

it('a study that really ran has a report that agrees with its store', async () => {
  const { store, result } = await simulateStudy({
    searcher: random(),
    space: searchSpace({
      rate: float({ min: 1e-4, max: 1, scale: 'log' }),
      units: int({ min: 1, max: 100 }),
      optimizer: branch({ sgd: { momentum: float({ min: 0, max: 0.9 }) }, adam: {} }),
    }),
    objective: { metric: 'loss', goal: 'minimize' },
    program: curveProgram('loss', 5, 1000, ({ configuration }, resource) =>
      Number(configuration.units) === 50
        ? Number.NaN
        : (Math.log10(Number(configuration.rate)) + 2) ** 2 + 1 / resource,
    ),
    workers: 4,
    budget: { trials: 60 },
    seed: 3,
    faults: {
      '7.1': faults.loseNode(2),
      '9.1': faults.endAfter(1, { kind: 'failed', failure: 'oom', message: 'out of memory' }),
      '11.1': faults.endAfter(2, { kind: 'evicted', message: 'preempted' }),
    },
  });
  const data = buildReportData(store);

  expect(data.best).toMatchObject({ id: result.best?.id, value: result.best?.value });
  expect(Object.fromEntries(data.counts)).toEqual(result.summary.counts);
  expect(data.parameters.map(({ name, kind, scale }) => [name, kind, scale])).toEqual([
    ['rate', 'number', 'log'],
    ['units', 'number', 'linear'],
    ['optimizer', 'category', 'linear'],
    ['momentum', 'number', 'linear'],
  ]);
  expect(data.importance.known && data.importance.parameters[0]?.name).toBe('rate');
  expect(data.failures.map(({ failure, trials, attempts }) => ({ failure, trials, attempts }))).toEqual(
    expect.arrayContaining([
      { failure: 'oom', trials: 1, attempts: 1 },
      { failure: 'node', trials: 0, attempts: 1 },
    ]),
  );
  expect(data.budget).toEqual([{ label: 'Trials', used: 60, limit: 60, unit: 'count', fraction: 1 }]);
  expect(data.timeline.lanes).toBe(4);
  expect(data.timeline.total).toBe(store.trials().reduce((sum, trial) => sum + trial.attempts, 0));
  const kinds = [...decodeColumn(data.timeline.kind)].map((kind) => data.timeline.kinds[kind]);
  expect(kinds.filter((kind) => kind === 'failed')).toHaveLength(2);
  expect(kinds.filter((kind) => kind === 'evicted')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'completed')).toHaveLength(59);
  expect(decodeColumn(data.curves.value)).toHaveLength(result.summary.reports);
  expect(renderReport(data)).toContain('<title>simulation – Fettle report</title>');
});
