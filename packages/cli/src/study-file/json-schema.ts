import type { PluginKind } from '@fettle/core';
import { z } from 'zod';
import { type AnyFactory, builtIns } from './plugin-catalog.ts';
import { studyFileSchema } from './schema.ts';

type Json = { [key: string]: unknown };

const KINDS: readonly PluginKind[] = ['searcher', 'sampler', 'backend', 'metric-source'];

/** The JSON Schema of study files: the file itself, and the options of every built-in plugin by its `type`. */
export function studyFileJsonSchema(): Json {
  const schema = toJsonSchema(studyFileSchema);
  const properties = schema['properties'] as Json;
  const factories = builtIns();
  const definitions = (schema['$defs'] ?? {}) as Json;
  for (const kind of KINDS) definitions[kind] = anyPlugin(factories.filter((factory) => fits(factory, kind)));
  const source = { $ref: '#/$defs/metric-source' };
  properties['searcher'] = { ...(properties['searcher'] as Json), ...only('searcher') };
  properties['backend'] = { ...(properties['backend'] as Json), ...only('backend') };
  properties['metrics'] = {
    description: (properties['metrics'] as Json)['description'],
    anyOf: [source, { type: 'array', items: source }],
  };
  return { ...schema, title: 'Fettle study', $defs: definitions };
}

function only(kind: PluginKind): Json {
  return { anyOf: [{ $ref: `#/$defs/${kind}` }] };
}

function fits(factory: AnyFactory, kind: PluginKind): boolean {
  return factory.kind === kind || (kind === 'searcher' && factory.kind === 'sampler');
}

/** A plugin: one of the built-in ones with its options, or another one whose options only it knows. */
function anyPlugin(factories: readonly AnyFactory[]): Json {
  const names = factories.map((factory) => factory.definition.name);
  return {
    anyOf: [
      { type: 'string', description: `Built in: ${names.join(', ')}; or an npm package.` },
      ...factories.map(onePlugin),
      {
        type: 'object',
        properties: { type: { type: 'string', not: { enum: names } } },
        required: ['type'],
      },
    ],
  };
}

function onePlugin({ definition }: AnyFactory): Json {
  const options = toJsonSchema(definition.options);
  const properties = { ...(options['properties'] as Json | undefined) };
  for (const [option, kind] of Object.entries(definition.nested ?? {}))
    properties[option] = { $ref: `#/$defs/${kind}` };
  const required = (options['required'] as string[] | undefined) ?? [];
  return {
    type: 'object',
    properties: { type: { const: definition.name }, ...properties },
    required: ['type', ...required],
    additionalProperties: options['additionalProperties'] ?? false,
  };
}

function toJsonSchema(schema: z.ZodType): Json {
  return { ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) };
}
