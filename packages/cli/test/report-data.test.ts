import type { FettleError, TrialReader } from '@fettle/core';
import { describe, expect, it } from 'vitest';
import { decodeColumn } from '../client/decode.js';
import { axisPosition } from '../src/report/parameters.ts';
import { buildReportData } from '../src/report/build-report-data.ts';
import { fixtureReader } from './report-fixture.ts';

describe('the data of a report', () => {
  const reader = fixtureReader({ trials: 300 });
  const data = buildReportData(reader);
  const trials = reader.trials();

  it('has a row for every trial', () => {
    expect([...decodeColumn(data.table.id)]).toEqual(trials.map((trial) => trial.id));
    const states = [...decodeColumn(data.table.state)].map((place) => data.table.states[place]);
    expect(states).toEqual(trials.map((trial) => trial.state));
    expect([...decodeColumn(data.table.value)]).toEqual(trials.map((trial) => trial.value ?? Number.NaN));
    expect([...decodeColumn(data.table.measured)]).toEqual(trials.map((trial) => (trial.value === undefined ? 0 : 1)));
  });

  it('names the best trial that did not fail, with its exact configuration', () => {
    const competing = trials.filter((trial) => trial.state !== 'failed' && Number.isFinite(trial.value));
    const best = competing.reduce((a, b) => ((b.value ?? 0) > (a.value ?? 0) ? b : a));
    expect(data.best?.id).toBe(best.id);
    expect(data.best?.configuration).toEqual(
      Object.entries(best.configuration).map(([name, value]) => [name, String(value)]),
    );
    expect(data.first?.id).toBe(1);
  });

  it('follows the goal', () => {
    const other = fixtureReader({ trials: 100, goal: 'minimize' });
    const least = Math.min(
      ...other
        .trials()
        .flatMap(({ state, value }) => (state === 'failed' || !Number.isFinite(value) ? [] : [value ?? 0])),
    );
    expect(buildReportData(other).best?.value).toBe(least);
  });

  it('leaves a gap where a conditional parameter is not active', () => {
    const momentum = data.parameters.find((parameter) => parameter.name === 'momentum');
    const cells = decodeColumn(momentum?.column ?? { type: 'u8', base: 0, data: '' });
    expect([...cells]).toEqual(trials.map((trial) => trial.configuration.momentum ?? Number.NaN));
    expect([...cells].filter(Number.isNaN).length).toBeGreaterThan(100);
  });

  it('takes scale, bounds and order of levels from the search space', () => {
    const byName = new Map(data.parameters.map((parameter) => [parameter.name, parameter]));
    expect(byName.get('learningRate')).toMatchObject({ kind: 'number', scale: 'log', min: 1e-5, max: 1 });
    expect(byName.get('layers')).toMatchObject({ scale: 'linear', whole: true, min: 1, max: 8 });
    expect(byName.get('optimizer')).toMatchObject({ kind: 'category', levels: ['sgd', 'adam', 'lamb'] });
    expect(byName.get('augment')).toMatchObject({ kind: 'category', levels: ['true', 'false'] });
  });

  it('holds every report of every curve, not finite ones too, while there is room', () => {
    const lengths = decodeColumn(data.curves.length);
    const levels = decodeColumn(data.curves.levels);
    const level = decodeColumn(data.curves.level);
    const value = decodeColumn(data.curves.value);
    let point = 0;
    for (const [curve, id] of decodeColumn(data.curves.trial).entries()) {
      const told = reader.reports(id);
      expect(lengths[curve]).toBe(told.length);
      for (const report of told) {
        expect(levels[level[point] ?? -1]).toBe(report.resource);
        expect(value[point]).toBe(report.metrics.accuracy);
        point += 1;
      }
    }
    expect([...value].some(Number.isNaN)).toBe(true);
    expect(point).toBe(value.length);
  });

  it('counts the decisions at each rung and the failures of each class', () => {
    const cut = trials.filter(({ state, reports }) => (state === 'stopped' || state === 'paused') && reports > 0);
    expect(data.rungs.reduce((sum, { paused, stopped }) => sum + paused + stopped, 0)).toBe(cut.length);
    expect(data.rungs.map(({ resource }) => resource)).toEqual([1, 3, 9]);
    const failed = trials.filter((trial) => trial.state === 'failed');
    expect(data.failures.reduce((sum, group) => sum + group.trials, 0)).toBe(failed.length);
    expect(data.failures.find(({ failure }) => failure === 'node')).toMatchObject({ trials: 0, messages: [] });
  });

  it('lays attempts into lanes in which none overlaps another', () => {
    const start = decodeColumn(data.timeline.start);
    const duration = decodeColumn(data.timeline.duration);
    const ends = new Map<number, number>();
    for (const [place, lane] of decodeColumn(data.timeline.lane).entries()) {
      expect(start[place]).toBeGreaterThanOrEqual(ends.get(lane) ?? 0);
      ends.set(lane, (start[place] ?? 0) + (duration[place] ?? 0));
    }
    expect(data.timeline.lanes).toBeLessThanOrEqual(8);
    expect(data.timeline.total).toBe(trials.reduce((sum, trial) => sum + trial.attempts, 0));
    const kinds = new Set([...decodeColumn(data.timeline.kind)].map((kind) => data.timeline.kinds[kind]));
    expect(kinds).toEqual(new Set(['completed', 'failed', 'paused', 'running', 'stopped']));
  });

  it('shows each limit of the budget with its use', () => {
    expect(data.budget.map(({ label }) => label)).toEqual(['Trials', 'Wall-clock', 'No improvement', 'Target']);
    expect(data.budget[0]).toMatchObject({ used: 300, limit: 300, fraction: 1 });
    expect(data.budget[3]).toMatchObject({ used: 0, limit: 0.99 });
  });

  it('tells the story of a trial with the reasons', () => {
    const stopped = trials.find(({ state, reports }) => state === 'stopped' && reports > 0);
    const story = data.details.find(({ id }) => id === stopped?.id)?.history ?? [];
    expect(story[0]).toMatchObject({ text: `trial ${stopped?.id} was created, to run to 10` });
    expect(story.some(({ text, reason }) => text.endsWith(': stop') && reason?.includes('31st of 40') === true)).toBe(
      true,
    );
    expect(story.at(-1)?.text).toBe(`trial ${stopped?.id} was stopped`);
  });

  it('shows the ladders and the model of a searcher that was asked, in the user’s sign', () => {
    const model = { name: 'a line', observations: 3, parameters: [] };
    const rungs = [
      { resource: 1, results: 9, promoted: 3, underway: 1, best: -0.9, cut: -0.7 },
      { resource: 3, results: 3, promoted: 0, underway: 0 },
    ];
    const asked = buildReportData(reader, { brackets: [{ name: '0', rungs }], model, notes: ['hello'] });
    expect(asked.ladders).toEqual([
      {
        name: '0',
        rungs: [
          { ...rungs[0], best: 0.9, cut: 0.7 },
          { ...rungs[1], best: undefined, cut: undefined },
        ],
      },
    ]);
    expect(asked).toMatchObject({ model, notes: ['hello'] });
    expect(data).toMatchObject({ ladders: [], notes: [] });
  });

  it('keeps the best trial that the engine names, and says what is best of those that ran to the end', () => {
    const paused = trials.find(({ state, value }) => state === 'paused' && Number.isFinite(value));
    const summary = { ...reader.summary()!, best: paused?.id };
    const named = buildReportData({ ...reader, summary: () => summary });
    expect(named.best?.id).toBe(paused?.id);
    const completed = trials.filter(({ state, value }) => state === 'completed' && Number.isFinite(value));
    expect(named.bestCompleted?.value).toBe(Math.max(...completed.map(({ value = 0 }) => value)));
    expect([...decodeColumn(named.curves.trial)]).toContain(paused?.id);
  });

  it('shows the mean of a configuration that was repeated', () => {
    const [one, two, three] = trials.filter(({ state }) => state === 'completed');
    const repeated = trials.map((trial) =>
      trial === two || trial === three ? { ...trial, repeatOf: one!.id } : trial,
    );
    const summary = { ...reader.summary()!, best: one!.id };
    const { best } = buildReportData({ ...reader, summary: () => summary, trials: () => repeated });
    expect(best).toMatchObject({ id: one!.id, runs: 3 });
    expect(best?.value).toBeCloseTo((one!.value! + two!.value! + three!.value!) / 3);
  });

  it('gives a reverse-logarithmic parameter its axis', () => {
    const space = { momentum: { type: 'float', min: 0, max: 0.99, scale: 'reverse-log' } };
    const definition = { ...reader.summary()!.definition, space };
    const { parameters } = buildReportData({ ...reader, summary: () => ({ ...reader.summary()!, definition }) });
    expect(parameters.find(({ name }) => name === 'momentum')).toMatchObject({
      scale: 'reverse-log',
      min: 0,
      max: 0.99,
    });
    expect(axisPosition({ ...parameters[0]!, scale: 'reverse-log', min: 0, max: 0.99, cells: [] }, 0.9)).toBeCloseTo(
      0.5,
    );
  });

  it('survives JSON unchanged', () => {
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  });
});

it.each([
  ['no trial', { trials: 0 }],
  ['one trial', { trials: 1 }],
  ['nothing but failures', { trials: 12, endOf: () => 'failed' as const }],
  ['nothing launched', { trials: 3, endOf: () => 'queued' as const }],
])('a study with %s has a report too', (_, options) => {
  const data = buildReportData(fixtureReader(options));
  expect(data.study.trials).toBe(options.trials);
  expect(data.best === undefined).toBe(options.trials !== 1);
  expect(data.importance.known).toBe(false);
});

it('an empty store is said to be empty', () => {
  const reader: TrialReader = { ...fixtureReader({ trials: 0 }), summary: () => undefined };
  expect(() => buildReportData(reader)).toThrow(
    expect.objectContaining({ code: 'study-missing' } satisfies Partial<FettleError>),
  );
});

it('a trial that failed does not win, whatever it reported before', () => {
  const reader = fixtureReader({ trials: 40 });
  const crowned = reader
    .trials()
    .map((trial) => (trial.id === 5 ? { ...trial, state: 'failed' as const, value: 99 } : trial));
  expect(buildReportData({ ...reader, trials: () => crowned }).best?.id).not.toBe(5);
});
