import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PluginKind } from '@fettle/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { execute } from '../src/commands/create.ts';
import { createPackage, packageNameProblem } from '../src/create/plugin-package.ts';
import type { Io } from '../src/io.ts';
import { loadStudy } from '../src/study-file/load.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const TEMPLATES = join(import.meta.dirname, '..', 'templates');
const KINDS: readonly PluginKind[] = ['searcher', 'sampler', 'backend', 'metric-source'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-create-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const io = (lines: string[]): Io => ({ cwd: folder, out: (text: string) => void lines.push(text) }) as unknown as Io;
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

describe.each(KINDS)('the package of a %s', (kind) => {
  it.each(['ts', 'js'] as const)('has everything that its package.json names, in %s', (language) => {
    const files = createPackage(kind, '@me/mine', language, folder);
    expect(files).toEqual([
      '.gitignore',
      'LICENSE',
      'README.md',
      'example/program.js',
      'example/study.yaml',
      'package.json',
      `src/index.${language}`,
      `test/contract.test.${language}`,
      'tsconfig.build.json',
      'tsconfig.json',
    ]);
    for (const file of files) expect(read(file), file).not.toContain('plugin-name');
    expect(read('README.md')).toContain(`\`src/index.${language}\``);
    const manifest = JSON.parse(read('package.json')) as { name: string; exports: { '.': { default: string } } };
    expect(manifest.name).toBe('@me/mine');
    expect(manifest.exports['.'].default).toBe(language === 'ts' ? './dist/index.js' : './src/index.js');
  });

  it('says the same in both languages', () => {
    for (const file of ['src/index', 'test/contract.test']) {
      const [ts, js] = (['ts', 'js'] as const).map((language) => {
        const text = readFileSync(join(TEMPLATES, kind, language, `${file}.${language}`), 'utf8');
        return essence(language === 'ts' ? stripTypeScriptTypes(text) : text);
      });
      expect(js).toBe(ts?.replaceAll('index.ts', 'index.js'));
    }
  });

  it('has a study file that uses it, in its README and as an example', async () => {
    createPackage(kind, 'mine', 'ts', folder);
    const [, inReadme = ''] = /```yaml\n([^`]*)```/.exec(read('README.md')) ?? [];
    expect(JSON.stringify(parse(inReadme))).toContain('"type":"mine"');
    // The example is loaded where the packages of this workspace can be found.
    const example = join(TEMPLATES, kind, 'example', 'study.yaml');
    const beside = readFileSync(example, 'utf8').replace('../src/index.ts', join(TEMPLATES, kind, 'ts/src/index.ts'));
    writeFileSync(join(folder, 'study.yaml'), beside);
    await expect(loadStudy(join(folder, 'study.yaml'))).resolves.toMatchObject({ name: 'example' });
  });
});

describe('fettle create', () => {
  it('writes into a folder of the package’s name, and never over anything', () => {
    const lines: string[] = [];
    expect(execute(['searcher', '@me/mine'], { language: 'ts' }, io(lines))).toBe(0);
    expect(readdirSync(folder)).toEqual(['mine']);
    expect(lines.join('\n')).toContain('cd mine');
    expect(() => execute(['searcher', 'mine'], { language: 'ts' }, io([]))).toThrow('mine is there already');
    expect(execute(['searcher', 'mine'], { language: 'ts', output: 'other' }, io([]))).toBe(0);
  });

  it.each(['', 'My-Searcher', 'a b', '../up', '@me', '.hidden', 'x'.repeat(215)])('refuses the name %j', (name) => {
    expect(packageNameProblem(name)).toBeDefined();
    expect(() => execute(['searcher', name], { language: 'ts' }, io([]))).toThrow('no name for an npm package');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('the packages', () => {
  it.each(['ts', 'js'])('need what this workspace is tested with, in %s', (language) => {
    const workspace = parse(readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8')) as {
      catalog: { [name: string]: string };
    };
    const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
    const cli = JSON.parse(readFileSync(join(ROOT, 'packages/cli/package.json'), 'utf8')) as Manifest;
    const template = JSON.parse(readFileSync(join(TEMPLATES, `common-${language}/_package.json`), 'utf8')) as Manifest;
    const wanted = { ...template.dependencies, ...template.peerDependencies, ...template.devDependencies };
    for (const [name, range] of Object.entries(wanted)) {
      const version = name.startsWith('@fettle/')
        ? cli.version
        : (workspace.catalog[name] ?? own.devDependencies?.[name]);
      expect(range, name).toBe(`^${version}`);
    }
  });
});

interface Manifest {
  readonly version?: string;
  readonly dependencies?: { readonly [name: string]: string };
  readonly peerDependencies?: { readonly [name: string]: string };
  readonly devDependencies?: { readonly [name: string]: string };
}

/** A program without comments and layout. */
function essence(text: string): string {
  return text
    .replaceAll(/\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    .replaceAll(/[\s;]+/g, '')
    .replaceAll(/,(?=[)}\]])/g, '');
}
