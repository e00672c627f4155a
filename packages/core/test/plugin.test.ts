import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { API_VERSION } from '../src/plugin/api-version.ts';
import { defineSampler, defineSearcher, isPlugin, isPluginFactory } from '../src/plugin/define.ts';
import { createRandomStream } from '../src/domain/rng.ts';
import { silentLogger } from '../src/study/silent-logger.ts';
import { pluginOption } from '../src/plugin/plugin-option.ts';
import { limit } from '../src/searchers/limit.ts';
import { prior } from '../src/searchers/prior.ts';
import { random } from '../src/searchers/random.ts';
import { repeat } from '../src/searchers/repeat.ts';
import { createStudy } from '../src/study/create-study.ts';
import { LOSS, SPACE } from './engine-helpers.ts';

const sampler = defineSampler({
  name: 'still',
  version: '1.2.3',
  apiVersion: API_VERSION,
  options: z.strictObject({ x: z.number().min(0).max(1).default(0.5), label: z.string() }),
  create: ({ x }) => ({
    sample: () => ({ kind: 'configuration', configuration: { x, units: 1 }, reason: 'always' }),
  }),
});

const nesting = (version = API_VERSION) =>
  defineSearcher({
    name: 'nesting',
    version: '1.0.0',
    apiVersion: version,
    needs: ['resume'],
    options: z.strictObject({ sampler: pluginOption('sampler') }),
    nested: { sampler: 'sampler' },
    create: () => ({ ask: () => ({ kind: 'exhausted', reason: 'no' }), report: () => ({ kind: 'continue' }) }),
  });

describe('a plugin', () => {
  it('is made by its factory from checked options, and recorded as it was given', () => {
    const made = sampler({ label: 'a' });
    expect(isPlugin(made, 'sampler')).toBe(true);
    expect(isPlugin(made, 'backend')).toBe(false);
    expect(isPluginFactory(sampler, 'sampler')).toBe(true);
    expect(made.record).toEqual({ type: 'still', version: '1.2.3', options: { label: 'a' } });
    expectTypeOf(sampler).parameter(0).toEqualTypeOf<{ x?: number | undefined; label: string }>();
  });

  it('refuses wrong options with all that is wrong in one message', () => {
    const wrong = () => sampler({ x: 7, lable: 'a' } as never);
    expect(wrong).toThrow(expect.objectContaining({ code: 'options-invalid' }));
    expect(wrong).toThrow(
      [
        "The options of the sampler 'still' are wrong:",
        '  x: expected number to be <=1, not 7',
        '  label: is missing; expected a text',
        '  lable: is not known',
      ].join('\n'),
    );
  });

  it('says what was expected of an option that may be of several kinds', () => {
    const kinds = defineSampler({
      name: 'kinds',
      version: '1.0.0',
      apiVersion: API_VERSION,
      options: z
        .strictObject({
          noise: z.union([z.enum(['learned', 'none']), z.number()]).optional(),
          trials: z.int().optional(),
          inside: pluginOption('sampler').optional(),
        })
        .refine(({ trials }) => trials !== 3, { path: ['trials'], error: 'three is a crowd' }),
      create: () => ({ sample: () => ({ kind: 'exhausted', reason: 'no' }) }),
    });
    expect(() => kinds({ noise: 'much', trials: 0.5, inside: 'random' } as never)).toThrow(
      [
        "  noise: expected 'learned' or 'none' or a number, not 'much'",
        '  trials: expected a whole number, not 0.5',
        "  inside: expected a sampler, such as `random()`, not 'random'",
      ].join('\n'),
    );
    expect(() => kinds({ trials: 3 })).toThrow(
      /^The options of the sampler 'kinds' are wrong:\n {2}trials: three is a crowd$/,
    );
  });

  it('is told the folder that its options were written in, and does not record it', () => {
    const folders: (string | undefined)[] = [];
    const placed = defineSampler({
      name: 'placed',
      version: '1.0.0',
      apiVersion: API_VERSION,
      options: z.strictObject({}),
      create: (_options, { folder }) => {
        folders.push(folder);
        return { sample: () => ({ kind: 'exhausted', reason: 'no' }) };
      },
    });
    const context = {
      space: SPACE,
      objective: LOSS,
      resumable: false,
      random: (purpose: string) => createRandomStream(0, purpose),
      logger: silentLogger(),
    };
    placed({}, '/studies').create(context);
    placed().create(context);
    expect(folders).toEqual(['/studies', undefined]);
    expect(placed({}, '/studies').record).toEqual(placed().record);
  });

  it('records the plugins inside it', () => {
    expect(nesting()({ sampler: sampler({ label: 'b' }) }).record).toEqual({
      type: 'nesting',
      version: '1.0.0',
      options: { sampler: { type: 'still', version: '1.2.3', options: { label: 'b' } } },
    });
    expect(() => nesting()({ sampler: 'still' } as never)).toThrow(/sampler: expected a sampler/);
  });

  it('for another version of the contract is refused, and says what to update', () => {
    const options = { sampler: sampler({ label: 'c' }) };
    expect(() => nesting(API_VERSION + 1)(options)).toThrow(expect.objectContaining({ code: 'plugin-api-version' }));
    expect(() => nesting(API_VERSION + 1)(options)).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining('Update @fettle/core') as string }),
    );
  });

  it('that needs what the study does not offer is refused before anything runs', async () => {
    const study = createStudy({
      name: 'lacking',
      space: SPACE,
      objective: LOSS,
      searcher: nesting()({ sampler: sampler({ label: 'd' }) }),
    });
    await expect(study).rejects.toMatchObject({
      code: 'capability-missing',
      remedy: expect.stringContaining('resumable: true') as string,
    });
  });
});

describe('a definition that no compiler has seen', () => {
  const right = {
    name: 'mine',
    version: '1.0.0',
    apiVersion: API_VERSION,
    options: z.strictObject({}),
    create: () => ({ sample: () => ({ kind: 'exhausted', reason: 'no' }) as const }),
  };

  it('is refused at once with all that is wrong', () => {
    const wrong = () => defineSampler({ ...right, version: 1, options: { rate: 0.1 }, create: undefined } as never);
    expect(wrong).toThrow(expect.objectContaining({ code: 'plugin-invalid' }));
    expect(wrong).toThrow(
      [
        "The definition of the sampler 'mine' is not right:",
        "  version: expected a text such as '1.0.0', not 1",
        '  options: expected a schema, z.strictObject({}) if there are none, not { rate: 0.1 }',
        '  create: expected a function, not undefined',
      ].join('\n'),
    );
    expect(() => defineSampler(right.create as never)).toThrow(
      /of the sampler 'create' is not right:\n {2}it must be an object/,
    );
  });

  it.each([
    [
      'answers with a promise',
      async () => ({}),
      "The sampler 'mine' cannot be used: its create() answered with a promise",
    ],
    ['answers with nothing', () => undefined, 'its create() answered with undefined'],
    ['has no method', () => ({ ask: () => 1 }), 'what its create() made has no sample()'],
  ])('is refused when its create() %s', async (_, create, message) => {
    const study = createStudy({
      name: 'wrong',
      space: SPACE,
      objective: LOSS,
      searcher: prior({ guesses: { x: 0.5 }, sampler: defineSampler({ ...right, create } as never)({}) }),
    });
    await expect(study).rejects.toMatchObject({
      code: 'plugin-invalid',
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('what a plugin needs', () => {
  const needy = defineSampler({
    name: 'needy',
    version: '1.0.0',
    apiVersion: API_VERSION,
    needs: ['multi-node'],
    options: z.strictObject({}),
    create: () => ({ sample: () => ({ kind: 'exhausted', reason: 'no' }) }),
  });
  const portfolio = defineSearcher({
    name: 'portfolio',
    version: '1.0.0',
    apiVersion: API_VERSION,
    options: z.strictObject({
      members: z.array(z.strictObject({ share: z.number(), sampler: pluginOption('sampler') })),
    }),
    create: () => ({ ask: () => ({ kind: 'exhausted', reason: 'no' }), report: () => ({ kind: 'continue' }) }),
  });
  const guess = { guesses: { x: 0.5 } };

  it.each([
    ['by itself', needy(), 'searcher'],
    ['inside a searcher with needs of its own', nesting()({ sampler: needy() }), 'searcher.sampler'],
    [
      'inside wrappers',
      limit({ searcher: prior({ ...guess, sampler: needy() }), concurrency: 1 }),
      'searcher.searcher.sampler',
    ],
    [
      'repeated',
      repeat({ searcher: limit({ searcher: needy(), concurrency: 1 }), times: 2 }),
      'searcher.searcher.searcher',
    ],
    [
      'in a list',
      portfolio({
        members: [
          { share: 1, sampler: random() },
          { share: 2, sampler: prior({ ...guess, sampler: needy() }) },
        ],
      }),
      'searcher.members.1.sampler.sampler',
    ],
  ])('is asked of the study, and it is said whose need it is: %s', async (_, searcher, path) => {
    const study = createStudy({ name: 'lacking', space: SPACE, objective: LOSS, searcher, resumable: true });
    await expect(study).rejects.toMatchObject({
      code: 'capability-missing',
      message: `The parts of the study do not fit:\n  ${path}: the sampler 'needy' needs multi-node, which this study does not offer`,
    });
  });

  it('is said together with everything else that is wrong', async () => {
    const study = createStudy({
      name: 'a b',
      space: SPACE,
      objective: LOSS,
      searcher: nesting()({ sampler: needy() }),
      command: ['train', '{learningRat}'],
      timeLimit: -1,
    });
    await expect(study).rejects.toMatchObject({ code: 'options-invalid' });
    await expect(study).rejects.toThrow(
      /learningRat[^]*name: 'a b'[^]*timeLimit: -1[^]*'nesting' needs resume[^]*'needy' needs multi-node[^]*resumable: true/,
    );
  });
});

describe('a study', () => {
  const open = (change: object) =>
    createStudy({ name: 'ok', space: SPACE, objective: LOSS, searcher: sampler({ label: 'e' }), ...change });

  it('refuses what is wrong with it before it writes anything, all at once', async () => {
    const wrong = open({
      name: 'a b',
      seed: -1,
      objective: { metric: '', goal: 'minimize' },
      first: [{ x: 9, units: 1 }],
    });
    await expect(wrong).rejects.toMatchObject({ code: 'options-invalid' });
    await expect(wrong).rejects.toThrow(/name: 'a b'[\s\S]*objective\.metric[\s\S]*seed: -1[\s\S]*first\[0\]/);
  });

  it('refuses two objectives, and templates that name no parameter', async () => {
    await expect(open({ evaluate: () => 1, command: ['true'] })).rejects.toMatchObject({ code: 'options-invalid' });
    await expect(open({ command: ['train', '{learningRat}'] })).rejects.toMatchObject({ code: 'template-invalid' });
  });
});
