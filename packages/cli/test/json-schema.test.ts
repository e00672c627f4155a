import { fileURLToPath } from 'node:url';
import type { PluginKind } from '@fettle/core';
import { describe, expect, test } from 'vitest';
import { studyFileJsonSchema } from '../src/study-file/json-schema.ts';
import { ownNames } from '../src/study-file/plugin-catalog.ts';

const PLUGINS = fileURLToPath(new URL('fixtures/plugins/', import.meta.url));

interface Part {
  readonly type?: string | readonly string[];
  readonly const?: string;
  readonly description?: string;
  readonly properties?: { readonly [name: string]: Part };
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Part;
  readonly items?: Part;
  readonly anyOf?: readonly Part[];
  readonly oneOf?: readonly Part[];
  readonly examples?: readonly string[];
  readonly $ref?: string;
}

interface Schema extends Part {
  readonly $defs: { readonly [name: string]: Part };
}

async function schemaWith(...further: readonly string[]): Promise<Schema> {
  return (await studyFileJsonSchema(PLUGINS, further)) as unknown as Schema;
}

/** What a reference leads to. */
function at({ $defs }: Schema, { $ref = '' }: Part): Part {
  const part = $defs[$ref.replace('#/$defs/', '')];
  if (part === undefined) throw new Error(`'${$ref}' leads nowhere`);
  return part;
}

/** What may be written for a plugin of a kind, by its type. */
function pluginsOf(schema: Schema, kind: PluginKind): ReadonlyMap<string | undefined, Part> {
  const parts = schema.$defs[kind]!.anyOf!.filter(({ $ref }) => $ref !== undefined).map((part) => at(schema, part));
  return new Map(parts.map((part) => [(part.anyOf?.[0] ?? part).properties?.['type']?.const, part]));
}

/** Every option in a part of a schema, with its path; references are not followed. */
function optionsIn(part: Part, path: string): [path: string, option: Part][] {
  const inner = [part.items, part.additionalProperties, ...(part.anyOf ?? []), ...(part.oneOf ?? [])];
  return [
    ...Object.entries(part.properties ?? {}).flatMap(([name, option]): [string, Part][] => [
      [`${path}.${name}`, option],
      ...optionsIn(option, `${path}.${name}`),
    ]),
    ...inner.flatMap((each) => (typeof each === 'object' ? optionsIn(each, path) : [])),
  ];
}

describe('the schema of study files', () => {
  test.each(['searcher', 'sampler', 'backend', 'metric-source'] as const)(
    'has every %s of ours, with a word on each of its options',
    async (kind) => {
      const plugins = pluginsOf(await schemaWith(), kind);
      expect([...plugins.keys()]).toEqual(ownNames(kind));
      for (const [type, plugin] of plugins) {
        expect(plugin).toMatchObject({ type: 'object', additionalProperties: false });
        const options = optionsIn(plugin, String(type)).filter(([, option]) => option.const !== type);
        const silent = options.filter(([, { description = '' }]) => description === '');
        expect(silent.map(([path]) => path)).toEqual([]);
      }
    },
  );

  test('has a word on every field of the file and of a parameter', async () => {
    const schema = await schemaWith();
    for (const part of [schema, schema.$defs['parameter']!]) {
      const options = optionsIn(part, '');
      expect(options.length).toBeGreaterThan(15);
      expect(options.filter(([, { description = '' }]) => description === '').map(([path]) => path)).toEqual([]);
    }
  });

  test('has the options of options', async () => {
    const backends = pluginsOf(await schemaWith(), 'backend');
    const paths = optionsIn(backends.get('docker')!, 'docker').map(([path]) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['docker.mounts.source', 'docker.build.target', 'docker.ulimits.soft']),
    );
  });

  test('refers to the right kind where an option holds a plugin', async () => {
    const searchers = pluginsOf(await schemaWith(), 'searcher');
    expect(searchers.get('hyperband')?.properties?.['sampler']).toEqual({
      description: 'Which configuration each new trial gets. Default: `random`.',
      anyOf: [{ $ref: '#/$defs/sampler' }],
    });
    expect(searchers.get('limit')?.properties?.['searcher']?.anyOf).toEqual([{ $ref: '#/$defs/searcher' }]);
  });

  test('has no reference that leads nowhere', async () => {
    const schema = await schemaWith('./described.ts#described');
    const references = JSON.stringify(schema).match(/"\$ref":"[^"]+"/g) ?? [];
    expect(references.length).toBeGreaterThan(30);
    for (const each of references) at(schema, JSON.parse(`{${each}}`) as Part);
  });

  test('offers the types of all, with what they are', async () => {
    const { properties } = (await schemaWith()).$defs['searcher']!;
    const types = properties!['type']!.anyOf!.filter(({ const: type }) => type !== undefined);
    expect(types.map(({ const: type }) => type)).toEqual(ownNames('searcher'));
    expect(types.filter(({ description = '' }) => description === '')).toEqual([]);
  });

  test('offers by name alone what needs no options', async () => {
    const [byName] = (await schemaWith()).$defs['searcher']!.anyOf!;
    expect(byName?.examples).toEqual(expect.arrayContaining(['random', 'bayes']));
    expect(byName?.examples).not.toContain('asha');
    expect(byName?.description).toContain('asha');
  });

  test('does not offer what calls a function', async () => {
    expect([...pluginsOf(await schemaWith(), 'backend').keys()]).toEqual(['local', 'docker', 'slurm']);
  });
});

describe('plugins that are named', () => {
  test('are there under that name, where they fit, with what they say of themselves', async () => {
    const schema = await schemaWith('./described.ts#described');
    const plugin = pluginsOf(schema, 'searcher').get('./described.ts#described');
    expect(plugin).toMatchObject({
      properties: {
        distance: { type: 'number', description: 'How far away a neighbour may be.' },
        sampler: { description: 'What comes first.', anyOf: [{ $ref: '#/$defs/sampler' }] },
      },
      required: ['type', 'distance'],
      additionalProperties: false,
    });
    expect(pluginsOf(schema, 'sampler').has('./described.ts#described')).toBe(false);
    const tree = at(schema, at(schema, plugin!.properties!['tree']!).properties!['branches']!.items!);
    expect(tree.properties?.['name']?.description).toBe('What it is called.');
  });

  test('may have options that hold options of the same kind', async () => {
    const schema = await schemaWith('./described.ts#deep');
    const deep = pluginsOf(schema, 'sampler').get('./described.ts#deep');
    expect(deep).toMatchObject({ properties: { type: { const: './described.ts#deep' } }, required: ['type', 'name'] });
    const inner = at(schema, deep!.properties!['branches']!.items!);
    expect(inner.required).toEqual(['name']);
    expect(at(schema, inner.properties!['branches']!.items!)).toEqual(inner);
  });

  test('may be samplers, which are searchers as well, and several', async () => {
    const schema = await schemaWith('./needy.ts', './wrapper.ts');
    expect(pluginsOf(schema, 'sampler').has('./needy.ts')).toBe(true);
    expect(pluginsOf(schema, 'searcher').has('./needy.ts')).toBe(true);
    expect(pluginsOf(schema, 'searcher').has('./wrapper.ts')).toBe(true);
  });

  test('may have more than one set of options', async () => {
    const plugin = pluginsOf(await schemaWith('./described.ts#either'), 'sampler').get('./described.ts#either');
    const type = { const: './described.ts#either' };
    expect(plugin?.anyOf).toMatchObject([
      { properties: { type, few: {} }, required: ['type', 'few'], additionalProperties: false },
      { properties: { type, many: {} }, required: ['type', 'many'], additionalProperties: false },
    ]);
  });

  test('are not held to their options where they read the study file themselves', async () => {
    const plugin = pluginsOf(await schemaWith('./described.ts#reads'), 'sampler').get('./described.ts#reads');
    expect(plugin).toMatchObject({
      properties: { table: { description: 'What was measured.', anyOf: [{ type: 'array' }, {}] } },
      required: ['type'],
    });
    expect(plugin).not.toHaveProperty('additionalProperties');
  });

  test('may be our own by another name', async () => {
    const schema = await schemaWith('asha', '@fettle/searcher-asha#asha');
    const asha = pluginsOf(schema, 'searcher').get('@fettle/searcher-asha#asha');
    expect(asha?.properties?.['maxResource']?.description).toBe('Resource of a whole training: the top rung.');
    expect(schema.$defs['searcher']!.anyOf!.filter(({ $ref }) => $ref === '#/$defs/searcher.asha')).toHaveLength(1);
  });

  test.each([
    ['./nowhere.ts', "the file './nowhere.ts' does not exist", 'run the command in its folder'],
    ['./broken.ts', 'this module fails on purpose', `It was read from ${PLUGINS}broken.ts`],
    ['./described.ts', "holds several: 'deep', 'described'", './described.ts#deep'],
    ['./described.ts#undescribed', "has no plugin 'undescribed'", "It has: 'deep', 'described'"],
    ['bayess', "no plugin is called 'bayess', and no such package is installed", "Did you mean 'bayes'?"],
    ['zod', "'zod' exports no plugin", 'defineMetricSource(...)'],
  ])('and cannot be loaded are said: %s', async (type, message, remedy) => {
    await expect(schemaWith('./wrapper.ts', type)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message) as string,
      remedy: expect.stringContaining(remedy) as string,
    });
  });

  test('and have no schema of zod are said', async () => {
    await expect(schemaWith('./described.ts#foreign')).rejects.toMatchObject({
      code: 'plugin-invalid',
      message: expect.stringContaining("The options of './described.ts#foreign' cannot be described") as string,
    });
  });
});
