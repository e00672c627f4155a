import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStudy, float, random, searchSpace } from '@fettle/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execute } from '../src/commands/trials.ts';
import type { Io } from '../src/io.ts';
import { noPaint, type Paint } from '../src/text/style.ts';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-trials-'));
  const study = await createStudy({
    name: 'few',
    space: searchSpace({ rate: float({ min: 0, max: 1 }) }),
    objective: { metric: 'loss', goal: 'minimize' },
    evaluate: ({ configuration: { rate } }) => rate,
    searcher: random(),
    budget: { trials: 3 },
    directory: folder,
    seed: 1,
  });
  await study.run();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the command prints on a terminal of so many columns. */
async function printed(columns: number, paintError: Paint = noPaint): Promise<{ out: string; err: string }> {
  const texts = { out: '', err: '' };
  const { stdout, stderr, env } = process;
  const io: Io = {
    stdout,
    stderr,
    env,
    cwd: folder,
    paint: (style, text) => `<${style}>${text}`,
    paintError,
    columns,
    out: (text) => void (texts.out += `${text}\n`),
    err: (text) => void (texts.err += `${text}\n`),
    outliveOutputs: () => undefined,
  };
  expect(await execute([folder], { limit: 2, offset: 0, sort: 'id' }, io)).toBe(0);
  return texts;
}

describe('a list of trials', () => {
  test('fits the terminal, and is whole where there is none', async () => {
    const { out } = await printed(30);
    const lines = out.trimEnd().replaceAll(/<\w+>/g, '').split('\n');
    expect(lines.map((line) => line.length)).toEqual([30, 30, 30]);
    expect((await printed(Number.POSITIVE_INFINITY)).out).toMatch(/^.*resource +time +rate\n/);
  });

  test('says on standard error, in its styles, that there are more', async () => {
    const { err } = await printed(80, (style, text) => `[${style}]${text}`);
    expect(err).toBe('[dim]1 more; --limit and --offset show them.\n');
  });
});
