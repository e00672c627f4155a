import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseSearchSpace } from '@fettle/core';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { importDetermined } from '../src/import/determined.ts';
import type { ImportedStudy } from '../src/import/imported-study.ts';
import { importSagemaker } from '../src/import/sagemaker.ts';
import { importWandb } from '../src/import/wandb.ts';
import { loadStudy } from '../src/study-file/load.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures', 'import');
const tuningJob = (): Record<string, unknown> =>
  JSON.parse(readFileSync(join(FIXTURES, 'tuning-job.json'), 'utf8')) as Record<string, unknown>;
const experiment = (): Record<string, unknown> =>
  parse(readFileSync(join(FIXTURES, 'experiment.yaml'), 'utf8')) as Record<string, unknown>;

/** The study as `fettle plan` would read it, with a backend that is there. */
async function loaded({ study }: ImportedStudy): ReturnType<typeof loadStudy> {
  const folder = mkdtempSync(join(tmpdir(), 'fettle-import-'));
  try {
    const file = join(folder, 'study.yaml');
    writeFileSync(file, stringify({ ...study, backend: { type: 'local', workers: 1 } }));
    return await loadStudy(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a SageMaker tuning job', () => {
  it('becomes a study that says the same', () => {
    const { study } = importSagemaker(tuningJob(), 'tuning-job.json');
    expect(study).toEqual({
      name: 'fully-connected',
      command: ['train'],
      space: {
        learning_rate: { type: 'float', min: 1e-4, max: 0.1, scale: 'log' },
        momentum: { type: 'float', min: 0.5, max: 0.999, scale: 'reverse-log' },
        l2: { type: 'float', min: 1e-6, max: 2, scale: 'log' },
        dropout: { type: 'float', min: 0, max: 0.6 },
        units: { type: 'int', min: 10, max: 1000, scale: 'log' },
        batch_size: { type: 'int', min: 10, max: 200 },
        optimizer: { type: 'categorical', values: ['sgd', 'adam'] },
      },
      objective: { metric: 'validation:accuracy', goal: 'maximize' },
      searcher: { type: 'hyperband', minResource: 2, maxResource: 50 },
      backend: {
        type: 'docker',
        image: 'registry.example/fully-connected:1',
        contract: 'sagemaker',
        workers: 8,
        sagemaker: { hyperparameters: { epochs: '50' }, channels: { train: './data/train' } },
      },
      metrics: [{ type: 'regex', metrics: [{ name: 'validation:accuracy', regex: 'val_acc=([0-9\\.]+)' }] }],
      budget: { trials: 200, wallClock: '3600s', target: 0.96, noImprovement: { trials: 40 } },
      timeLimit: '900s',
      seed: 17,
    });
  });

  it('tells everything that has no counterpart, also what it does not know', () => {
    const { notes } = importSagemaker(tuningJob(), 'tuning-job.json');
    expect(notes.map(({ path }) => path)).toEqual([
      'HyperParameterTuningJobConfig.TuningJobCompletionCriteria.ConvergenceDetected',
      'TrainingJobDefinition.RoleArn',
      'TrainingJobDefinition.AlgorithmSpecification.TrainingInputMode',
      'TrainingJobDefinition.InputDataConfig[0].DataSource',
      'HyperParameterTuningJobConfig.StrategyConfig.HyperbandStrategyConfig.MaxResource',
      'HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges[0].ScalingType',
      'HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges[3].ScalingType',
      'TrainingJobDefinition.RetryStrategy',
    ]);
  });

  it('is read by the loader as it is written', async () => {
    const options = await loaded(importSagemaker(tuningJob(), 'tuning-job.json'));
    expect(options.searcher.record.type).toBe('hyperband');
    expect(options.budget?.wallClock).toBe(3_600_000);
  });

  it.each([
    ['Random', 'Off', { type: 'random' }],
    ['Grid', 'Off', { type: 'grid' }],
    ['Bayesian', 'Off', { type: 'bayes' }],
    ['Bayesian', 'Auto', { type: 'median-stopping', sampler: { type: 'bayes' } }],
  ])('knows the strategy %s with early stopping %s', async (Strategy, TrainingJobEarlyStoppingType, searcher) => {
    const job = tuningJob();
    const config = job['HyperParameterTuningJobConfig'] as object;
    const changed = { ...config, Strategy, TrainingJobEarlyStoppingType, StrategyConfig: undefined };
    const imported = importSagemaker({ ...job, HyperParameterTuningJobConfig: changed }, 'job.json');
    expect(imported.study['searcher']).toEqual(searcher);
    if (Strategy !== 'Grid') await expect(loaded(imported)).resolves.toBeDefined();
  });

  it('is refused with everything that is wrong in one message', () => {
    const job = tuningJob();
    const config = job['HyperParameterTuningJobConfig'] as object;
    const wrong = {
      ...config,
      Strategy: 'Genetic',
      HyperParameterTuningJobObjective: { Type: 'Best' },
      ParameterRanges: { ContinuousParameterRanges: [{ Name: 'x', MinValue: 'low', MaxValue: '1' }] },
    };
    expect(() => importSagemaker({ ...job, HyperParameterTuningJobConfig: wrong }, 'job.json')).toThrow(
      /MetricName is missing\n.*Type must be Minimize or Maximize\n(.*\n)*.*Strategy must be(.*\n)*.*MinValue must be a number, got "low"/,
    );
  });

  it('keeps the bounds and the scale of every range', () => {
    const ends = fc
      .tuple(fc.double({ min: 1e-6, max: 0.4, noNaN: true }), fc.double({ min: 0.5, max: 0.99, noNaN: true }))
      .map(([min, max]) => [Number(min.toPrecision(6)), Number(max.toPrecision(6))] as const);
    const scaling = fc.constantFrom('Linear', 'Logarithmic', 'ReverseLogarithmic');
    fc.assert(
      fc.property(fc.array(fc.tuple(ends, scaling), { minLength: 1, maxLength: 6 }), (ranges) => {
        const job = tuningJob();
        const ContinuousParameterRanges = ranges.map(([[min, max], ScalingType], index) => ({
          Name: `p${index}`,
          MinValue: String(min),
          MaxValue: String(max),
          ScalingType,
        }));
        const config = {
          ...(job['HyperParameterTuningJobConfig'] as object),
          ParameterRanges: { ContinuousParameterRanges },
        };
        const { study } = importSagemaker({ ...job, HyperParameterTuningJobConfig: config }, 'job.json');
        const space = parseSearchSpace(study['space']);
        for (const [index, [[min, max]]] of ranges.entries()) {
          const name = `p${index}`;
          const others = Object.fromEntries(ranges.map(([[low]], other) => [`p${other}`, low]));
          expect(space.issues({ ...others, [name]: min })).toEqual([]);
          expect(space.issues({ ...others, [name]: max })).toEqual([]);
          expect(space.issues({ ...others, [name]: max * 1.01 })).not.toEqual([]);
        }
        const names: { [scale: string]: string } = { Logarithmic: 'log', ReverseLogarithmic: 'reverse-log' };
        const scales = Object.values(study['space'] as Record<string, { scale?: string }>).map((each) => each.scale);
        expect(scales).toEqual(ranges.map(([, scale]) => names[scale]));
      }),
      { seed: 5, numRuns: 50 },
    );
  });
});

describe('a Determined experiment', () => {
  it('becomes a study that says the same', () => {
    const { study } = importDetermined(experiment(), 'experiment.yaml');
    expect(study).toEqual({
      name: 'mnist-adaptive',
      command: ['python3', 'train.py', '--epochs', '{resource}'],
      space: {
        global_batch_size: { type: 'constant', value: 64 },
        'optimizer.learning_rate': { type: 'float', min: 1e-4, max: 0.1, scale: 'log' },
        'optimizer.name': { type: 'categorical', values: ['sgd', 'adam'] },
        n_filters: { type: 'int', min: 8, max: 72 },
        dropout: { type: 'float', min: 0.2, max: 0.8 },
        layers: { type: 'constant', value: 2 },
      },
      objective: { metric: 'validation_loss', goal: 'minimize', resource: 'epoch' },
      searcher: { type: 'adaptive', maxTrials: 16, maxResource: 27, mode: 'aggressive', reductionFactor: 3 },
      backend: { type: 'local', workers: 4 },
      retry: { limits: { code: 2, unknown: 2, node: 2 } },
      resumable: true,
      seed: 42,
    });
  });

  it('tells what has no counterpart, also what it does not know', () => {
    const { notes } = importDetermined(experiment(), 'experiment.yaml');
    expect(notes.map(({ path }) => path)).toEqual([
      'min_validation_period',
      'resources.slots_per_trial',
      'entrypoint',
      'searcher.max_length',
      'surprise',
    ]);
  });

  it('is read by the loader as it is written', async () => {
    const options = await loaded(importDetermined(experiment(), 'experiment.yaml'));
    expect(options.searcher.record.type).toBe('adaptive');
  });

  it.each([
    [{ name: 'single' }, { type: 'random' }, 1],
    [{ name: 'random', max_trials: 9 }, { type: 'random' }, 9],
    [{ name: 'grid' }, { type: 'grid', resolution: { n_filters: 3 } }, undefined],
    [
      { name: 'async_halving', max_trials: 9, max_length: 64, num_rungs: 4, divisor: 4, stop_once: true },
      { type: 'asha', minResource: 1, maxResource: 64, reductionFactor: 4, variant: 'stopping' },
      9,
    ],
  ])('knows the searcher %o', (searcher, plugin, trials) => {
    const { study } = importDetermined({ ...experiment(), searcher: { metric: 'loss', ...searcher } }, 'e.yaml');
    expect(study['searcher']).toEqual(plugin);
    expect(study['budget']).toEqual(trials === undefined ? undefined : { trials });
  });

  it('is refused with everything that is wrong in one message', () => {
    const wrong = { hyperparameters: { a: { type: 'gaussian' }, b: [1] }, searcher: { name: 'pbt' } };
    expect(() => importDetermined(wrong, 'e.yaml')).toThrow(
      /a\.type must be const.*\n.*b is a list.*\n.*searcher\.metric is missing\n.*searcher\.name must be/,
    );
  });
});

describe('a sweep of Weights & Biases', () => {
  const sweep = {
    program: 'src/train.py',
    name: 'my sweep',
    method: 'bayes',
    metric: { name: 'val_loss', goal: 'minimize', target: 0.01 },
    run_cap: 30,
    parameters: {
      lr: { min: 0.0001, max: 0.1 },
      layers: { min: 1, max: 4 },
      optimizer: { values: ['adam', 'sgd'], probabilities: [0.9, 0.1], distribution: 'categorical_w_probabilities' },
      epochs: { value: 10 },
      decay: { distribution: 'log_uniform_values', min: 1e-6, max: 0.1 },
      warmup: { distribution: 'log_uniform', min: -Math.LN10, max: 0 },
      rate: { distribution: 'inv_log_uniform', min: 0, max: Math.LN10 },
      same: { distribution: 'inv_log_uniform_values', min: 0.001, max: 0.1 },
      units: { distribution: 'q_uniform', min: 8, max: 256, q: 8 },
      dropout: { distribution: 'q_uniform', min: 0, max: 0.5, q: 0.1 },
      batch: { distribution: 'q_log_uniform_values', min: 32, max: 256, q: 8 },
      model: { parameters: { width: { values: [1, 2] } } },
    },
    early_terminate: { type: 'hyperband', min_iter: 3, strict: true },
    project: 'p',
    surprise: 1,
  };

  it('becomes a study that says the same', async () => {
    const imported = importWandb(sweep, 'sweep.yaml');
    expect(imported.study).toEqual({
      name: 'my-sweep',
      command: [
        'python3',
        'src/train.py',
        ...['lr', 'layers', 'optimizer', 'epochs', 'decay', 'warmup', 'rate', 'same', 'units', 'dropout', 'batch'].map(
          (name) => `--${name}={${name}}`,
        ),
        '--model.width={model.width}',
      ],
      space: {
        lr: { type: 'float', min: 1e-4, max: 0.1 },
        layers: { type: 'int', min: 1, max: 4 },
        optimizer: { type: 'categorical', values: ['adam', 'sgd'] },
        epochs: { type: 'constant', value: 10 },
        decay: { type: 'float', min: 1e-6, max: 0.1, scale: 'log' },
        warmup: { type: 'float', min: 0.1, max: 1, scale: 'log' },
        rate: { type: 'float', min: 0.1, max: 1, scale: 'log' },
        same: { type: 'float', min: 0.001, max: 0.1, scale: 'log' },
        units: { type: 'int', min: 8, max: 256, step: 8 },
        dropout: { type: 'float', min: 0, max: 0.5, step: 0.1 },
        batch: { type: 'int', min: 32, max: 256, scale: 'log' },
        'model.width': { type: 'categorical', values: [1, 2] },
      },
      objective: { metric: 'val_loss', goal: 'minimize' },
      searcher: {
        type: 'asha',
        minResource: 3,
        maxResource: 81,
        reductionFactor: 3,
        variant: 'stopping',
        sampler: { type: 'bayes' },
      },
      budget: { trials: 30, target: 0.01 },
    });
    expect(imported.notes.map(({ path }) => path)).toEqual([
      'project',
      'parameters.optimizer.probabilities',
      'parameters.batch.q',
      'parameters.model.parameters',
      'early_terminate.strict',
      'early_terminate.min_iter',
      'early_terminate.type',
      'program',
      'surprise',
    ]);
    expect((await loaded(imported)).space.names).toHaveLength(12);
  });

  it('keeps the words of its own command', () => {
    const command = ['${env}', '${interpreter}', '-O', '${program}', 'a{b}', '${args_no_hyphens}', '${args_json_file}'];
    const parameters = { lr: { min: 0.1, max: 1 } };
    const { study, notes } = importWandb({ ...sweep, parameters, command }, 'sweep.yaml');
    expect(study['command']).toEqual(['python3', '-O', 'src/train.py', 'a{{b}}', 'lr={lr}']);
    expect(notes.find(({ path }) => path === 'command')?.text).toContain('$FETTLE_CONFIG');
  });

  it('ends its rungs where max_iter says', () => {
    const { study } = importWandb(
      { ...sweep, early_terminate: { type: 'hyperband', max_iter: 27, s: 2 } },
      'sweep.yaml',
    );
    expect(study['searcher']).toMatchObject({ minResource: 3, maxResource: 27, reductionFactor: 3 });
  });

  it('that cannot be a study is refused with everything that is wrong', () => {
    const broken = {
      method: 'annealing',
      parameters: { lr: { distribution: 'normal', mu: 0 }, x: { min: 1, distribution: 'uniform' } },
    };
    expect(() => importWandb(broken, 'sweep.yaml')).toThrow(
      /distribution normal has no bounds[\s\S]*x\.max is missing[\s\S]*name is missing[\s\S]*random, grid or bayes[\s\S]*program is missing/,
    );
  });

  it('without an end is told so', () => {
    const { run_cap: _, ...endless } = sweep;
    expect(importWandb(endless, 'sweep.yaml').notes.map(({ path }) => path)).toContain('run_cap');
  });
});
