import { spawnSync } from 'node:child_process';
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf } from './page.ts';
import { missingFor, placeOf } from './places.ts';
import { runPage } from './run-page.ts';

const ROOT = join(import.meta.dirname, '../..');
const pages = ['README.md', ...globSync(['docs/*.md', 'docs/guide/*.md', 'packages/*/README.md'], { cwd: ROOT })]
  .filter((page) => !page.includes('node_modules'))
  .sort();

/** Each page with its blocks. */
const tried = pages.flatMap((page) => {
  const blocks = blocksOf(readFileSync(join(ROOT, page), 'utf8'));
  const missing = missingFor(page);
  if (missing !== undefined) console.warn(`Left out: what ${page} says. ${missing}`);
  return blocks.length === 0 || missing !== undefined ? [] : [[page, blocks] as const];
});

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'fettle-pages-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what a page says can be done', () => {
  it.each(tried)('%s', { timeout: 400_000 }, async (page, blocks) => {
    await using place = await placeOf(page);
    const here = join(folder, page.replaceAll('/', '-'));
    mkdirSync(here);
    await runPage(blocks, here, place.environment);
  });

  it('and its TypeScript has the right types', { timeout: 60_000 }, () => {
    symlinkSync(join(ROOT, 'docs/node_modules'), join(folder, 'node_modules'));
    const config = {
      extends: join(ROOT, 'tsconfig.check.json'),
      compilerOptions: { types: ['node'], noUnusedLocals: false },
      include: ['*/*.ts'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    expect(globSync('*/*.ts', { cwd: folder }).length).toBeGreaterThan(3);
    expect(spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' }).stdout).toBe('');
  });
});
