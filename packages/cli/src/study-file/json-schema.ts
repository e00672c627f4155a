import { FettleError, parameterSchema, type PluginKind } from '@fettle/core';
import { describeOptions, type Json, referenceTo, type Texts, toJsonSchema } from './json-schema-parts.ts';
import optionTexts from './option-texts.json' with { type: 'json' };
import { type AnyFactory, findPlugin, ownNames, PLUGIN_KINDS } from './plugin-catalog.ts';
import { definitionOf, type NamedPlugin, pluginJsonSchema } from './plugin-json-schema.ts';
import { studyFileSchema } from './schema.ts';

const SCALAR: Json = { type: ['string', 'number', 'boolean'] };

const PARAMETERS: Json = { type: 'object', additionalProperties: referenceTo('parameter') };
const FORBIDDEN: Json = { type: 'array', items: { type: 'object' } };

/** The parameters by name, or `parameters` beside `forbidden`. */
const SPACE: Json = {
  anyOf: [
    PARAMETERS,
    {
      type: 'object',
      properties: {
        parameters: { description: 'The parameters, by name.', ...PARAMETERS },
        forbidden: { description: 'Combinations of values that are never tried.', ...FORBIDDEN },
      },
      required: ['parameters'],
      additionalProperties: false,
    },
  ],
};

/**
 * The JSON Schema of study files: the file itself, and the options of our plugins and of others by their `type`.
 * @param folder absolute path of the study file's; files and packages are looked for from there
 * @param further other plugins, as the study file names them
 * @throws FettleError `usage` if one of those cannot be found or loaded, `plugin-invalid` if its options cannot be described
 */
export async function studyFileJsonSchema(folder: string, further: readonly string[] = []): Promise<Json> {
  const schema = toJsonSchema(studyFileSchema);
  const properties = schema['properties'] as { [field: string]: Json };
  const definitions: Json = {};
  for (const [kind, plugins] of await pluginsByKind(folder, further)) {
    for (const plugin of plugins) definitions[definitionOf(plugin)] ??= pluginJsonSchema(plugin, definitions);
    definitions[kind] = anyPlugin(plugins, definitions);
  }
  definitions['parameter'] = anyParameter();
  const source = referenceTo('metric-source');
  const { command, environment, space, forbidden, searcher, backend, metrics } = properties;
  Object.assign(properties, {
    // What the command line and the environment are given is text, however it is written.
    command: { ...command, items: SCALAR },
    environment: { ...environment, additionalProperties: SCALAR },
    space: { ...space, ...SPACE },
    forbidden: { ...forbidden, ...FORBIDDEN },
    searcher: { ...searcher, anyOf: [referenceTo('searcher')] },
    backend: { ...backend, anyOf: [referenceTo('backend')] },
    metrics: { ...metrics, anyOf: [source, { type: 'array', items: source }] },
  });
  return { ...schema, title: 'Fettle study', $defs: definitions };
}

/** For each kind of plugin those that a study file can have in its place. */
async function pluginsByKind(
  folder: string,
  further: readonly string[],
): Promise<ReadonlyMap<PluginKind, readonly NamedPlugin[]>> {
  const found = new Map<PluginKind, NamedPlugin[]>();
  const ours = new Set<AnyFactory>();
  const sought = new Set(further);
  for (const kind of PLUGIN_KINDS) {
    const names = ownNames(kind);
    const plugins: NamedPlugin[] = [];
    for (const type of new Set([...names, ...further])) {
      const lookup = await findPlugin(type, kind, folder);
      // What is not there of our own is left out: only who names it in a study needs it.
      if (lookup.kind === 'problem') continue;
      const { factory } = lookup;
      if (names.includes(type)) ours.add(factory);
      plugins.push({
        type,
        factory,
        texts: ours.has(factory) ? textsOf(factory.kind, factory.definition.name) : undefined,
      });
      sought.delete(type);
    }
    found.set(kind, plugins);
  }
  for (const type of sought) {
    const lookup = await findPlugin(type, 'plugin', folder);
    if (lookup.kind === 'found') continue;
    throw new FettleError('usage', `'${type}' cannot be described: ${lookup.message}.`, { remedy: lookup.remedy });
  }
  return found;
}

function textsOf(kind: PluginKind | 'parameter', name: string): Texts {
  const all: { readonly [kind: string]: { readonly [name: string]: Texts } } = optionTexts;
  return all[kind]?.[name] ?? {};
}

/** A parameter of the search space, of any type. */
function anyParameter(): Json {
  const schema = toJsonSchema(parameterSchema) as { oneOf: { properties: { type: { const: string } } }[] };
  for (const parameter of schema.oneOf) {
    const { type } = parameter.properties;
    const { '': description, ...texts } = textsOf('parameter', type.const);
    describeOptions(parameter, texts);
    Object.assign(type, { description });
    Object.assign(parameter, { title: type.const });
  }
  return { oneOf: schema.oneOf };
}

/** A plugin: one of those that are known with its options, or another one whose options only it knows. */
function anyPlugin(plugins: readonly NamedPlugin[], definitions: Json): Json {
  const names = plugins.map(({ type }) => type);
  const types = plugins.map(({ type, texts }) => ({ const: type, description: texts?.[''] }));
  const needsNothing = (plugin: NamedPlugin): boolean =>
    (definitions[definitionOf(plugin)] as { required?: readonly string[] }).required?.length === 1;
  return {
    // Where no more than `type:` is written yet, editors disregard those below that need more.
    properties: { type: { anyOf: [...types, { type: 'string' }] } },
    anyOf: [
      {
        type: 'string',
        description: `One of ${names.join(', ')}; or an npm package, or a file.`,
        examples: plugins.filter(needsNothing).map(({ type }) => type),
      },
      ...plugins.map((plugin) => referenceTo(definitionOf(plugin))),
      {
        title: 'another plugin',
        type: 'object',
        properties: { type: { type: 'string', not: { enum: names }, description: 'An npm package, or a file.' } },
        required: ['type'],
      },
    ],
  };
}
