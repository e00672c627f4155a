import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-ridge-'));
  writeFileSync(join(folder, 'config'), JSON.stringify({ learningRate: 0.1, degree: 5, decay: 1e-4 }));
});
afterEach(() => rmSync(folder, { recursive: true }));

const train = (resource: number, resumeFrom: number) =>
  spawnSync('python3', [join(import.meta.dirname, 'train.py')], {
    env: {
      ...process.env,
      FETTLE_CONFIG: join(folder, 'config'),
      FETTLE_METRICS: join(folder, 'metrics'),
      FETTLE_CHECKPOINT_DIR: folder,
      FETTLE_STOP_FILE: join(folder, 'stop'),
      FETTLE_RESOURCE: String(resource),
      FETTLE_RESUME_FROM: String(resumeFrom),
    },
  }).status;
const metrics = () => readFileSync(join(folder, 'metrics'), 'utf8').trim().split('\n');

describe('the Python example', () => {
  it('reports the same whether it was stopped in between or not', () => {
    expect(train(4, 0)).toBe(0);
    const calm = metrics();
    expect(calm).toHaveLength(4);
    rmSync(join(folder, 'metrics'));
    writeFileSync(join(folder, 'stop'), '');
    expect(train(4, 0)).toBe(75);
    expect(metrics()).toEqual(calm.slice(0, 1));
    rmSync(join(folder, 'stop'));
    expect(train(4, 1)).toBe(0);
    expect(metrics()).toEqual(calm);
    expect(existsSync(join(folder, 'weights.json.new'))).toBe(false);
  });
});
