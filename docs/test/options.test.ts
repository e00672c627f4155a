import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Comments, optionTexts, plainText, readComments } from './option-texts.ts';

let comments: Comments;
beforeAll(async () => {
  comments = await readComments();
}, 120_000);

/** The options that a schema takes. */
function optionsOf(schema: unknown): string[] {
  if (schema instanceof z.ZodOptional) return optionsOf(schema.unwrap());
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

describe('what an editor shows of the options of a plugin', () => {
  it('is that there are exactly those that it takes, with a word on each', () => {
    expect(comments.plugins.length).toBeGreaterThan(20);
    for (const { factory, text, options } of comments.plugins) {
      const { name, options: schema } = factory.definition;
      const shown = [...options.keys()].filter((path) => !path.includes('.'));
      expect(shown.toSorted(), name).toEqual(optionsOf(schema).toSorted());
      const silent = [['itself', text], ...options].filter(([, said]) => said === '');
      expect(silent.map(([path]) => `${name}: ${path}`)).toEqual([]);
    }
  });

  it('is what an editor of study files shows as well', () => {
    const file = new URL('../../packages/cli/src/study-file/option-texts.json', import.meta.url);
    expect(
      JSON.parse(readFileSync(file, 'utf8')),
      'Comments have changed: node -C @fettle/source scripts/write-option-texts.mjs',
    ).toEqual(optionTexts(comments));
  });

  it('says nothing that only TypeScript has', () => {
    const said = Object.values(optionTexts(comments)).flatMap((named) =>
      Object.values(named).flatMap((texts) => Object.values(texts)),
    );
    expect(said.length).toBeGreaterThan(150);
    expect(said.filter((text) => /\{@|\w\(\)|undefined|\n(?!\n|- )/.test(text))).toEqual([]);
  });
});

it.each([
  ['Lines that\nwere broken.', 'Lines that were broken.'],
  ['One paragraph.\n\nAnother\none.', 'One paragraph.\n\nAnother one.'],
  ['A list:\n\n- of one\n  thing\n- and another', 'A list:\n\n- of one thing\n- and another'],
  ['Default: `random()`.', 'Default: `random`.'],
  [
    'See {@link Mount}, {@link Mount | those} and {@link https://example.org the page}.',
    'See `Mount`, those and the page.',
  ],
])('a comment such as %j is plain text', (comment, text) => {
  expect(plainText(comment)).toBe(text);
});
