import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-digits-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const environment = () => ({
  ...process.env,
  FETTLE_METRICS: join(folder, 'metrics'),
  FETTLE_CHECKPOINT_DIR: folder,
  FETTLE_STOP_FILE: join(folder, 'stop'),
  FETTLE_SEED: '5',
});
const train = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'train.js'), '--hidden=8', ...args], { env: environment() });
const metrics = () => readFileSync(join(folder, 'metrics'), 'utf8').trim().split('\n');
const weights = () => readFileSync(join(folder, 'network.bin')).toString('hex');

describe('the digits example', () => {
  it('ends with the same weights and metrics whether it was interrupted or not', async () => {
    expect(train('--epochs=4', '--optimizer=adam').status).toBe(0);
    const [calmMetrics, calmWeights] = [metrics(), weights()];
    expect(calmMetrics).toHaveLength(4);
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'fettle-digits-'));
    train('--epochs=1', '--optimizer=adam');
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'train.js'), '--hidden=8', '--epochs=4', '--optimizer=adam'],
      {
        env: environment(),
      },
    );
    child.stdout.once('data', () => child.kill('SIGKILL'));
    await once(child, 'exit');
    expect(train('--epochs=4', '--optimizer=adam').status).toBe(0);
    expect(weights()).toBe(calmWeights);
    expect([...new Set(metrics())]).toEqual(calmMetrics);
  });

  it('stops with 75 when it is asked to, and finishes later', () => {
    writeFileSync(join(folder, 'stop'), '');
    expect(train('--epochs=3').status).toBe(75);
    expect(metrics()).toHaveLength(1);
    rmSync(join(folder, 'stop'));
    expect(train('--epochs=3').status).toBe(0);
    expect(metrics()).toHaveLength(3);
  });

  it('says that its loss is not a number when it diverges', () => {
    train('--epochs=2', '--learningRate=1e30', '--activation=relu');
    expect(JSON.parse(metrics().at(-1) ?? '')).toMatchObject({ epoch: 2, loss: 'NaN' });
  });

  it('needs nothing of Fettle to run', () => {
    const alone = spawnSync(process.execPath, [join(import.meta.dirname, 'train.js'), '--epochs=1'], {
      encoding: 'utf8',
    });
    expect(alone.stdout).toMatch(/^epoch 1: loss \d\.\d{4}, accuracy 0\.\d{4}\n$/);
    expect(existsSync(join(folder, 'metrics'))).toBe(false);
  });
});
