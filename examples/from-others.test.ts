import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const FETTLE = join(import.meta.dirname, '../packages/cli/bin/fettle.js');

/** Each tool's own first study: what is run, after what import, and how good the best must be. */
const STUDIES: readonly {
  readonly from: string;
  readonly study: string;
  readonly imports?: readonly [system: string, file: string];
  /** Trials, or the most there may be. */
  readonly trials: number;
  readonly best: (value: number) => boolean;
}[] = [
  { from: 'optuna', study: 'study.yaml', trials: 100, best: (value) => value <= 0.0001 },
  { from: 'ray-tune', study: 'study.yaml', trials: 12, best: (value) => value === 1.000001 },
  {
    from: 'sagemaker',
    study: 'local.yaml',
    imports: ['sagemaker', 'tuning-job.json'],
    trials: 30,
    best: (value) => value > 0.85,
  },
  {
    from: 'determined',
    study: 'study.yaml',
    imports: ['determined', 'adaptive.yaml'],
    trials: 16,
    best: (value) => value < 0.6,
  },
  {
    from: 'wandb-sweeps',
    study: 'study.yaml',
    imports: ['wandb', 'sweep.yaml'],
    trials: 10,
    best: (value) => value < 1.001,
  },
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-from-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fettle = (...args: readonly string[]): string =>
  execFileSync(process.execPath, [FETTLE, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });

describe.each(STUDIES)('the first study of $from', ({ from, study, imports, trials, best }) => {
  const home = join(import.meta.dirname, `from-${from}`);
  const files = readdirSync(home).filter((name) => !name.startsWith('.'));

  it('runs to the end', () => {
    for (const file of files) copyFileSync(join(home, file), join(folder, file));
    if (imports !== undefined) fettle('import', ...imports);
    fettle('run', study, '--plain');
    const { summary } = JSON.parse(fettle('status', study, '--json')) as {
      summary: { status: string; counts: { [state: string]: number } };
    };
    expect(summary.status).toBe('finished');
    expect(summary.counts['failed']).toBe(0);
    const created = Object.values(summary.counts).reduce((sum, count) => sum + count, 0);
    if (from === 'optuna') expect(created).toBeLessThanOrEqual(trials);
    else expect(created).toBe(trials);
    const [{ value }] = JSON.parse(fettle('best', study, '--json')) as [{ value: number }];
    expect(value).toSatisfy(best);
  });

  it('is on its page as it is here', () => {
    const page = readFileSync(join(import.meta.dirname, `../docs/guide/from-${from}.md`), 'utf8');
    for (const file of files) expect(page, file).toContain(readFileSync(join(home, file), 'utf8'));
  });
});
