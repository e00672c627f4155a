import { describe, expect, test } from 'vitest';
import { scanFlags } from '../src/init/script-flags.ts';
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
  test('finds what a Python script takes', () => {
    const none = { choices: [], required: false };
    expect(scanFlags(SCRIPT)).toEqual([
      { flag: '--learning-rate', kind: 'float', default: 0.001, ...none },
      { flag: '--hidden', kind: 'int', default: 64, ...none },
      { flag: '--dropout', kind: 'float', default: 0.5, ...none },
      { flag: '--activation', kind: 'choices', choices: ['relu', 'tanh'], required: false },
      { flag: '--batch_size', kind: 'int', default: 1024, ...none },
      { flag: '--verbose', kind: 'other', ...none },
      { flag: '--data', kind: 'other', ...none },
      { flag: '--seed', kind: 'int', default: 1, ...none },
      { flag: '--epochs', kind: 'int', ...none },
      { flag: '--max-epochs', kind: 'int', default: 20, ...none },
    ]);
  });

  test('finds flags without a default, behind brackets in a text, and positional arguments', () => {
    const script = `
p.add_argument('data')
p.add_argument('--lr', type=float)
p.add_argument("--wd", type=float, default=5e-4, help="decay (of (all (weights))), default=3 # not a comment")
p.add_argument('--name', required=True)
p.add_argument('--head-lr', type=float, default=0.1)
`;
    expect(scanFlags(script)).toMatchObject([
      { flag: 'data', kind: 'other', required: true },
      { flag: '--lr', kind: 'float' },
      { flag: '--wd', kind: 'float', default: 0.0005 },
      { flag: '--name', kind: 'other', required: true },
      { flag: '--head-lr', kind: 'float', default: 0.1 },
    ]);
    const { text, needed } = studyTemplate({ path: 'train.py', text: script }, 'x.json');
    expect(needed).toEqual(['data', '--name']);
    expect(text).toContain('# train.py does not run without data, --name: add what it needs.');
    expect(readSource(text).value).toMatchObject({
      space: {
        lr: { type: 'float', min: 0.0001, max: 1, scale: 'log' },
        wd: { min: 0.00005, max: 0.005 },
        headLr: { min: 0.01, max: 1, scale: 'log' },
      },
    });
  });

  test('finds the options of click', () => {
    const script = `
@click.command()
@click.option("--lr", default=0.01, help="rate")
@click.option("--units", "-u", type=click.IntRange(16, 512), default=64, show_default=True)
@click.option("--act", type=click.Choice(["relu", "tanh"]), default="relu")
@click.option("--shout/--no-shout", default=False)
@click.argument("out")
def main(lr, units, act, shout, out): pass
`;
    expect(scanFlags(script)).toMatchObject([
      { flag: '--lr', kind: 'float', default: 0.01 },
      { flag: '--units', kind: 'int', default: 64, range: [16, 512] },
      { flag: '--act', kind: 'choices', choices: ['relu', 'tanh'] },
      { flag: '--shout', kind: 'other' },
      { flag: 'out', kind: 'other', required: true },
    ]);
    expect(readSource(studyTemplate({ path: 'a.py', text: script }, 'x.json').text).value).toMatchObject({
      space: { units: { type: 'int', min: 16, max: 512 } },
    });
  });

  test('gives a script no flags that it does not know', () => {
    const { text, tuned } = studyTemplate({ path: 'my script.py', text: 'lr = 0.1\n' }, 'x.json');
    expect(tuned).toEqual([]);
    expect(text).toContain('No flags that could be tuned were found in my script.py');
    expect(readSource(text)).toMatchObject({
      problems: [],
      value: { command: ['python3', 'my script.py'], space: { learningRate: {} } },
    });
  });

  test('says what it leaves as it is', () => {
    const { text, left } = studyTemplate({ path: 'train.py', text: SCRIPT }, 'x.json');
    expect(left).toEqual(['--verbose', '--data', '--seed']);
    expect(text).toContain('# Left as train.py has them: --verbose, --data, --seed.\n');
  });

  test('reads results as the script prints them', () => {
    const text = 'loss = 3\nprint(f"val_acc={accuracy:.3f}")\n';
    expect(readSource(studyTemplate({ path: 'train.py', text }, 'x.json').text).value).toMatchObject({
      objective: { metric: 'val_acc', goal: 'maximize' },
      metrics: { type: 'regex', metrics: [{ name: 'val_acc', regex: 'val_acc[=:] *([^ ,]+)' }] },
    });
  });

  test('makes parameters of them, but not of the seed and the epochs', () => {
    const { value, problems } = readSource(
      studyTemplate({ path: 'src/train.py', text: SCRIPT }, 'study.schema.json').text,
    );
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
    const { text } = studyTemplate({ path: 'train.py', text: SCRIPT }, 'x.json');
    const [, offered = ''] = /^# (searcher: \{ type: asha.*)$/m.exec(text) ?? [];
    expect(readSource(text.replace(/^searcher: random$/m, offered)).value).toMatchObject({
      searcher: { type: 'asha', minResource: 1, maxResource: 20, reductionFactor: 3, sampler: 'random' },
    });
    expect(text).toContain('(--max-epochs, "{resource}" in the command)');
    expect(studyTemplate(undefined, 'x.json').text).toContain('maxResource: 27');
  });

  test('writes a whole example without a script', () => {
    const { value, problems } = readSource(studyTemplate(undefined, 'x.json').text);
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
