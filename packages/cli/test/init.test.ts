import { describe, expect, test } from 'vitest';
import { scanArgparse } from '../src/init/argparse.ts';
import { studyTemplate } from '../src/init/template.ts';
import { readSource } from '../src/study-file/source.ts';

const SCRIPT = `
import argparse
parser = argparse.ArgumentParser()
# parser.add_argument('--old', type=float, default=3)
parser.add_argument('--learning-rate', '-l', type=float, default=1e-3, help='step (of the optimizer)')
parser.add_argument("--hidden", type=int, default=64)
parser.add_argument('--dropout', default=0.5)
parser.add_argument('--activation', choices=['relu', "tanh"], default='relu')
parser.add_argument('--batch_size', default=1_024, type=int)
parser.add_argument('--verbose', action='store_true')
parser.add_argument('--data', default='data/')
parser.add_argument('--seed', type=int, default=1)
parser.add_argument('--epochs', type=int, default=int(os.environ.get('EPOCHS', 3)))
parser.add_argument('--max-epochs', type=int, default=20)
print(json.dumps({'val_accuracy': 1}))
`;

describe('fettle init', () => {
  test('finds numeric flags and choices of a Python script', () => {
    expect(scanArgparse(SCRIPT)).toEqual([
      { flag: '--learning-rate', kind: 'float', default: 0.001, choices: [] },
      { flag: '--hidden', kind: 'int', default: 64, choices: [] },
      { flag: '--dropout', kind: 'float', default: 0.5, choices: [] },
      { flag: '--activation', kind: 'choices', choices: ['relu', 'tanh'] },
      { flag: '--batch_size', kind: 'int', default: 1024, choices: [] },
      { flag: '--seed', kind: 'int', default: 1, choices: [] },
      { flag: '--max-epochs', kind: 'int', default: 20, choices: [] },
    ]);
  });

  test('makes parameters of them, but not of the seed and the epochs', () => {
    const { value, problems } = readSource(studyTemplate({ path: 'src/train.py', text: SCRIPT }, 'study.schema.json'));
    expect(problems).toEqual([]);
    expect(value).toMatchObject({
      name: 'train',
      command: [
        'python3',
        'src/train.py',
        '--learning-rate',
        '{learningRate}',
        '--hidden',
        '{hidden}',
        '--dropout',
        '{dropout}',
        '--activation',
        '{activation}',
        '--batch_size',
        '{batch_size}',
      ],
      space: {
        learningRate: { type: 'float', min: 0.0001, max: 0.01, scale: 'log' },
        hidden: { type: 'int', min: 16, max: 256, scale: 'log' },
        dropout: { type: 'float', min: 0, max: 0.999 },
        activation: { type: 'categorical', values: ['relu', 'tanh'] },
        batch_size: { type: 'int', min: 256, max: 4096, scale: 'log' },
      },
      objective: { metric: 'val_accuracy', goal: 'maximize' },
    });
  });

  test('offers rungs, to the resource that the script trains for', () => {
    const text = studyTemplate({ path: 'train.py', text: SCRIPT }, 'x.json');
    const [, offered = ''] = /^# (searcher: \{ type: asha.*)$/m.exec(text) ?? [];
    expect(readSource(text.replace(/^searcher: random$/m, offered)).value).toMatchObject({
      searcher: { type: 'asha', minResource: 1, maxResource: 20, reductionFactor: 3, sampler: 'random' },
    });
    expect(text).toContain('(--max-epochs, "{resource}" in the command)');
    expect(studyTemplate(undefined, 'x.json')).toContain('maxResource: 27');
  });

  test('writes a whole example without a script', () => {
    const { value, problems } = readSource(studyTemplate(undefined, 'x.json'));
    expect(problems).toEqual([]);
    expect(Object.keys(value as object)).toEqual([
      'name',
      'command',
      'space',
      'objective',
      'searcher',
      'backend',
      'budget',
      'seed',
    ]);
  });
});
