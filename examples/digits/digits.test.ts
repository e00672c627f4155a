import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, 'train.js');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-digits-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const environment = (more: NodeJS.ProcessEnv = {}) => ({
  ...process.env,
  FETTLE_METRICS: join(folder, 'metrics'),
  FETTLE_CHECKPOINT_DIR: folder,
  FETTLE_STOP_FILE: join(folder, 'stop'),
  FETTLE_SEED: '5',
  ...more,
});
const train = (args: string[], more?: NodeJS.ProcessEnv) =>
  spawnSync(process.execPath, [program, '--hidden=8', ...args], { env: environment(more) });
const metrics = () => readFileSync(join(folder, 'metrics'), 'utf8').trim().split('\n');
const weights = () => readFileSync(join(folder, 'network.bin')).toString('hex');

describe('the digits example', () => {
  it.each([[['--optimizer=adam']], [['--optimizer=sgd', '--momentum=0.9']]])(
    'ends with the same weights and metrics whether it was interrupted or not: %j',
    async (optimizer) => {
      expect(train(['--epochs=4', ...optimizer]).status).toBe(0);
      const [calmMetrics, calmWeights] = [metrics(), weights()];
      expect(calmMetrics).toHaveLength(4);
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      train(['--epochs=1', ...optimizer]);
      const args = [program, '--hidden=8', '--epochs=4', ...optimizer];
      const child = spawn(process.execPath, args, { env: environment() });
      child.stdout.once('data', () => child.kill('SIGKILL'));
      await once(child, 'exit');
      expect(train(['--epochs=4', ...optimizer]).status).toBe(0);
      expect(weights()).toBe(calmWeights);
      expect([...new Set(metrics())]).toEqual(calmMetrics);
    },
  );

  it('does not save what it could not report', () => {
    mkdirSync(join(folder, 'metrics'));
    expect(train(['--epochs=1']).status).toBe(1);
    rmSync(join(folder, 'metrics'), { recursive: true });
    train(['--epochs=1']);
    expect(metrics()).toHaveLength(1);
  });

  it('runs to the resource it is given, and from the beginning when it should resume from 0', () => {
    train([], { FETTLE_RESOURCE: '2' });
    const first = metrics();
    expect(first).toHaveLength(2);
    train([], { FETTLE_RESOURCE: '2', FETTLE_RESUME_FROM: '0' });
    expect(metrics()).toEqual([...first, ...first]);
  });

  it('stops with 75 when it is asked to, and finishes later', () => {
    writeFileSync(join(folder, 'stop'), '');
    expect(train(['--epochs=3']).status).toBe(75);
    expect(metrics()).toHaveLength(1);
    rmSync(join(folder, 'stop'));
    expect(train(['--epochs=3']).status).toBe(0);
    expect(metrics()).toHaveLength(3);
  });

  it.each([
    ['1e30', 'NaN'],
    ['10', 'Infinity'],
  ])('says that its loss is no longer a number when it diverges: learning rate %s', (learningRate, loss) => {
    train(['--epochs=1', `--learningRate=${learningRate}`, '--activation=relu']);
    expect(JSON.parse(metrics()[0] ?? '')).toMatchObject({ epoch: 1, loss });
  });

  it('needs nothing of Fettle to run', () => {
    const alone = spawnSync(process.execPath, [program, '--epochs=1'], { encoding: 'utf8' });
    expect(alone.stdout).toMatch(/^epoch 1: loss \d\.\d{4}, accuracy 0\.\d{4}\n$/);
    expect(existsSync(join(folder, 'metrics'))).toBe(false);
  });
});
