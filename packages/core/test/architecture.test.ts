import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../src/version.ts';

const SRC = resolve(import.meta.dirname, '../src');

/** What each folder may import, beside itself and `errors.ts`, `version.ts`. */
const MAY_IMPORT: { readonly [folder: string]: readonly string[] } = {
  domain: [],
  ports: ['domain'],
  plugin: ['domain', 'ports'],
  events: ['domain', 'ports'],
  engine: ['domain', 'ports', 'events'],
  store: ['domain', 'ports', 'system'],
  searchers: ['domain', 'ports', 'plugin'],
  metrics: ['domain', 'ports', 'plugin', 'engine'],
  backends: ['domain', 'ports', 'plugin'],
  system: ['ports'],
  container: ['domain', 'system', 'backends', 'ports', 'plugin', 'engine', 'events', 'store', 'metrics', 'study'],
  study: ['domain', 'ports', 'plugin', 'engine', 'events', 'store', 'searchers', 'backends', 'container'],
  testing: ['domain', 'ports', 'plugin', 'engine', 'store', 'searchers', 'study', 'container', 'metrics', 'backends'],
};

/** The only files that may know of these. */
const ONLY: readonly [what: RegExp, where: RegExp][] = [
  [/from '(tsyringe|reflect-metadata)'|import 'reflect-metadata'/, /^container\/di\.ts$/],
  [/from 'better-sqlite3'/, /^store\//],
  [/from 'eventemitter3'/, /^events\/event-hub\.ts$/],
  [/from 'vitest'/, /^testing\/describe-/],
  [/\bDate\.now\(/, /^(system\/system-clock|store\/process-facts)\.ts$/],
  [/\bMath\.random\(/, /^$/],
  [/from 'node:(fs|child_process|os|fs\/promises)'/, /^(backends|store|metrics|container|study|testing)\//],
];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

describe('the house', () => {
  it('has imports that point inward', () => {
    const outward: string[] = [];
    for (const file of files) {
      const folder = dirname(file).split('/')[0] ?? '';
      if (folder === '.') continue;
      const text = readFileSync(join(SRC, file), 'utf8');
      for (const [, path] of text.matchAll(/from '(\.[^']+)'/g)) {
        const target = relative(SRC, resolve(SRC, dirname(file), path ?? ''));
        const place = target.includes('/') ? (target.split('/')[0] ?? '') : '';
        if (place === '' || place === folder) continue;
        if (!(MAY_IMPORT[folder] ?? []).includes(place)) outward.push(`${file} imports ${target}`);
      }
    }
    expect(outward).toEqual([]);
  });

  it('keeps what touches the world in its own rooms', () => {
    const misplaced: string[] = [];
    for (const file of files) {
      const text = readFileSync(join(SRC, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      for (const [what, where] of ONLY)
        if (what.test(text) && !where.test(file)) misplaced.push(`${file}: ${what.source}`);
    }
    expect(misplaced).toEqual([]);
  });

  it('has the version of its package', () => {
    const { version } = JSON.parse(readFileSync(join(SRC, '../package.json'), 'utf8')) as { version: string };
    expect(VERSION).toBe(version);
  });
});
