import { describe, expect, it } from 'vitest';
import { createStudy, float, random, regex, searchSpace, type StudyOptions } from '../src/index.ts';

const RIGHT = {
  name: 'right',
  space: searchSpace({ x: float({ min: 0, max: 1 }) }),
  objective: { metric: 'loss', goal: 'minimize' },
  searcher: random(),
  evaluate: () => 1,
} as const;

/** What is said of options that the compiler has not seen. */
async function refusal(options: unknown): Promise<string> {
  return await createStudy(options as StudyOptions).then(
    () => 'nothing',
    (thrown: Error & { code?: string }) => `${thrown.code ?? thrown.name}: ${thrown.message}`,
  );
}

describe('options that the compiler has not checked', () => {
  it('are refused where a key is misspelt, and not taken for none', async () => {
    expect(await refusal({ ...RIGHT, budgte: { trials: 2 }, budget: { trails: 3, any: [{ wallclock: 1 }] } })).toBe(
      [
        'options-invalid: The study is not right:',
        'budget.any.0.wallclock: is not known',
        'budget.trails: is not known',
        'budgte: is not known',
      ].join('\n  '),
    );
  });

  it('are refused where a value is of the wrong kind, all at once, with what was expected', async () => {
    const said = await refusal({
      ...RIGHT,
      space: { x: float({ min: 0, max: 1 }) },
      objective: { metric: 'loss', goal: 'min' },
      searcher: 'random',
      timeLimit: '10m',
      budget: { trials: '20' },
      command: 'python3 train.py',
    });
    expect(said).toContain('space: expected a search space, as searchSpace({ … }) makes it, not {');
    expect(said).toContain("objective.goal: expected 'minimize' or 'maximize', not 'min'");
    expect(said).toContain("searcher: expected a searcher or a sampler, such as random(), not 'random'");
    expect(said).toContain("timeLimit: expected a number of milliseconds, not '10m'");
    expect(said).toContain("budget.trials: expected a number from 0 on, not '20'");
    expect(said).toContain('command: expected a list of texts');
  });

  it('are refused where a limit is below nothing', async () => {
    const said = await refusal({ ...RIGHT, budget: { trials: -1, noImprovement: { trials: -2 } } });
    expect(said).toContain('budget.trials: expected a number from 0 on, not -1');
    expect(said).toContain('budget.noImprovement.trials: expected a number from 0 on, not -2');
  });

  it('are refused where there are none', async () => {
    expect(await refusal(undefined)).toContain('its options: is missing; expected an object');
    expect(await refusal({ ...RIGHT, objective: 'loss' })).toContain("objective: expected an object, not 'loss'");
    expect(await refusal({ ...RIGHT, objective: undefined })).toContain('objective: is missing');
  });

  it('are refused where they would do nothing', async () => {
    const metrics = [regex({ metrics: [{ name: 'loss', regex: 'loss=(.*)' }] })];
    expect(await refusal({ ...RIGHT, metrics, environment: { A: '1' } })).toBe(
      'options-invalid: `metrics` and `environment` would do nothing in a study with `evaluate`.',
    );
    expect(await refusal({ ...RIGHT, evaluate: undefined, metrics })).toBe(
      'options-invalid: `metrics` would do nothing in a study whose trials are run by hand.',
    );
  });

  it('may hold undefined where something may be left out', async () => {
    expect(await refusal({ ...RIGHT, budget: undefined, retry: { limits: { oom: 1 } }, seed: undefined })).toBe(
      'nothing',
    );
  });
});
