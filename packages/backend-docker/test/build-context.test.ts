import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextPaths, packContext } from '../src/engine/build-context.ts';
import { dockerIgnore } from '../src/engine/docker-ignore.ts';

describe('a .dockerignore file', () => {
  it.each<[rules: string, path: string, excluded: boolean]>([
    ['', 'a', false],
    ['# a', 'a', false],
    ['a', 'a', true],
    ['a', 'a/b/c', true],
    ['a', 'ab', false],
    ['a', 'b/a', false],
    ['/a/', 'a/b', true],
    ['./a', 'a', true],
    ['a/../b', 'b', true],
    ['.', 'a', false],
    ['*.log', 'x.log', true],
    ['*.log', 'b/x.log', false],
    ['*/x.log', 'b/x.log', true],
    ['**/x.log', 'x.log', true],
    ['**/x.log', 'a/b/x.log', true],
    ['a/**', 'a/b/c', true],
    ['a?', 'ab', true],
    ['a?', 'a/', false],
    ['[ab].c', 'b.c', true],
    ['[^ab].c', 'b.c', false],
    ['a.c', 'abc', false],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['*\n!keep', 'keep', false],
    ['*\n!keep', 'other', true],
    ['!keep\n*', 'keep', true],
    ['*.md\n!README*.md\nREADME-secret.md', 'README-secret.md', true],
    ['*.md\r\n!README.md\r\n', 'README.md', false],
    ['a (1)+', 'a (1)+', true],
  ])('%j leaves %s out: %s', (rules, path, excluded) => {
    expect(dockerIgnore(rules).excludes(path)).toBe(excluded);
  });
});

describe('what is sent to be built from', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fettle-context-'));
    for (const path of [
      'Dockerfile',
      'train.py',
      'data/large',
      'data/small',
      '.fettle/first/study.db',
      '.fettle/first/trials/1/x',
    ]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), '');
    }
    symlinkSync('/etc', join(folder, 'link'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const sent = (rules: string, dockerfile = 'Dockerfile'): string[] => {
    writeFileSync(join(folder, '.dockerignore'), rules);
    return contextPaths(folder, dockerfile).toSorted();
  };

  it('is everything but the folders of studies, and links as links', () => {
    const all = ['.dockerignore', '.fettle', '.fettle/first', 'Dockerfile', 'data', 'data/large', 'data/small'];
    expect(sent('')).toEqual([...all, 'link', 'train.py']);
  });

  it('is without what is left out, whole folders or parts of them; the two files that say what to build go in any case', () => {
    const rest = ['.dockerignore', '.fettle', '.fettle/first'];
    expect(sent('data\nlink')).toEqual([...rest, 'Dockerfile', 'train.py']);
    expect(sent('data\nlink\n!data/small')).toEqual([...rest, 'Dockerfile', 'data/small', 'train.py']);
    expect(sent('*')).toEqual(['.dockerignore', 'Dockerfile']);
    expect(sent('*', 'data/small')).toEqual(['.dockerignore', 'data/small']);
  });

  it('is not packed to its end for an engine that has had enough', async () => {
    writeFileSync(join(folder, 'data/large'), Buffer.alloc(4 << 20));
    const { archive, packed } = packContext(folder, 'Dockerfile');
    archive.destroy();
    await expect(packed).rejects.toThrow(/tar ended/);
  });

  it('of a folder that is not there is an error that names it', () => {
    expect(() => packContext(join(folder, 'gone'), 'Dockerfile')).toThrow(/gone cannot be read: ENOENT/);
  });
});
