import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { studyFileJsonSchema } from '../../packages/cli/src/study-file/json-schema.ts';
import { blocksOf } from './page.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const found = (...patterns: readonly string[]): string[] =>
  globSync(patterns, { cwd: ROOT, exclude: ['**/node_modules', '**/.fettle'] }).toSorted();

/** What takes a study file, and a part of one. */
let whole: z.ZodType;
let part: z.ZodType;
beforeAll(async () => {
  // Zod reads JSON Schema but for `not`, which here says that a text is none of some.
  const schema = JSON.stringify(await studyFileJsonSchema(ROOT), (_, value: { not?: { enum: string[] } } | null) => {
    const { not, ...rest } = value ?? {};
    return not === undefined ? value : { ...rest, pattern: `^(?!(${not.enum.join('|')})$)` };
  });
  const parsed = JSON.parse(schema) as Exclude<Parameters<typeof z.fromJSONSchema>[0], boolean>;
  whole = z.fromJSONSchema(parsed);
  part = z.fromJSONSchema({ ...parsed, required: [] });
});

const files = found('examples/**/*.yaml', 'packages/cli/templates/**/*.yaml').filter((path) =>
  /^command:(.|\n)*^searcher:/m.test(read(path)),
);
const blocks = found('README.md', 'docs/*.md', 'docs/guide/*.md', '{packages,examples}/*/README.md').flatMap((page) =>
  blocksOf(read(page)).flatMap(({ language, text, line }) =>
    language === 'yaml' ? [[page, line, text] as const] : [],
  ),
);

describe('the schema of study files', () => {
  it.each(files)('takes %s', (path) => {
    expect(whole.safeParse(parse(read(path))).error).toBeUndefined();
  });

  it.each(blocks)('takes what stands in %s at line %i', (_page, _line, text) => {
    expect(part.safeParse(parse(text)).error).toBeUndefined();
  });

  it.each([
    ['an option that there is not', { backend: { type: 'docker', image: 'x', mount: [] } }],
    ['an option of an option', { backend: { type: 'docker', image: 'x', mounts: [{ source: '.', target: 'in' }] } }],
    [
      'an option of a plugin in a plugin',
      { searcher: { type: 'asha', maxResource: 9, sampler: { type: 'bayes', noise: '?' } } },
    ],
    ['a parameter without its range', { space: { rate: { type: 'float', min: 0 } } }],
    ['a scale that there is not', { space: { rate: { type: 'float', min: 1, max: 9, scale: 'exp' } } }],
    ['a plugin without what it needs', { searcher: { type: 'asha' } }],
  ])('does not take %s', (_, text) => {
    expect(part.safeParse(text).success).toBe(false);
  });

  it('takes a space in its long form', () => {
    const x = { type: 'float', min: 0, max: 1 };
    const text = { space: { parameters: { x }, forbidden: [{ x: [0, 1] }] } };
    expect(part.safeParse(text).error).toBeUndefined();
  });

  it('takes numbers where they are text in the end, and plugins that it does not know', () => {
    const text = { command: ['train', 1e-3, true], environment: { THREADS: 4 }, searcher: { type: 'mine', any: 1 } };
    expect(part.safeParse(text).error).toBeUndefined();
  });
});
