import { FettleError, messageOf, type PluginKind } from '@fettle/core';
import { z } from 'zod';
import { DEFINITIONS, describeOptions, type Json, referenceTo, type Texts, toJsonSchema } from './json-schema-parts.ts';
import type { AnyFactory } from './plugin-catalog.ts';

/** A plugin by the name that a study file gives it. */
export interface NamedPlugin {
  readonly type: string;
  readonly factory: AnyFactory;
  /** What is said of it and of its options; of a plugin that is not ours, what its own schema says. */
  readonly texts: Texts | undefined;
}

/** Where the schema of a plugin is defined. Not every editor knows the escapes of JSON pointers: nothing there needs any. */
export function definitionOf({ type, factory }: NamedPlugin): string {
  return `${factory.kind}.${plain(type)}`;
}

function plain(name: string): string {
  return name.replaceAll(/[^\w-]/g, (character) => `.${character.charCodeAt(0).toString(16)}`);
}

/**
 * A plugin as a study file writes it: its options beside its `type`.
 * @param definitions gets what the options refer to
 * @throws FettleError `plugin-invalid` if its options are not described by a schema of zod
 */
export function pluginJsonSchema(plugin: NamedPlugin, definitions: Json): Json {
  const { options, parts } = optionsOf(plugin);
  Object.assign(definitions, parts);
  describeOptions(options, plugin.texts ?? {});
  return besideType(options, plugin);
}

/** The options of a plugin, and by name what they refer to; references hold from the root of the schema of study files. */
function optionsOf(plugin: NamedPlugin): { readonly options: Json; readonly parts: { readonly [name: string]: Json } } {
  const nameOf = (part: string): string => `${definitionOf(plugin)}.${plain(part)}`;
  const { $defs = {}, properties } = JSON.parse(
    JSON.stringify(describable(plugin), (key, value: unknown) =>
      key === '$ref' && typeof value === 'string' ? `${DEFINITIONS}${nameOf(value.replace(DEFINITIONS, ''))}` : value,
    ),
  ) as { $defs?: { [name: string]: Json }; properties: { options: Json } };
  const parts = Object.fromEntries(Object.entries($defs).map(([name, part]) => [nameOf(name), part]));
  const { $ref, ...options } = properties.options;
  if (typeof $ref !== 'string') return { options, parts };
  return { options: { ...parts[$ref.replace(DEFINITIONS, '')], ...options }, parts };
}

function describable({ type, factory }: NamedPlugin): Json {
  try {
    // Within another schema: options that hold options of the same kind then refer to them by a name.
    return toJsonSchema(z.object({ options: factory.definition.options }));
  } catch (thrown) {
    const message = `The options of '${type}' cannot be described: ${messageOf(thrown)}`;
    throw new FettleError('plugin-invalid', message, {
      remedy: 'Their schema must be one of version 4 of zod.',
      cause: thrown,
    });
  }
}

function besideType(options: Json, plugin: NamedPlugin): Json {
  for (const union of ['anyOf', 'oneOf', 'allOf']) {
    const parts = options[union] as readonly Json[] | undefined;
    if (parts !== undefined) return { ...options, [union]: parts.map((part) => besideType(part, plugin)) };
  }
  if (!['object', undefined].includes(options['type'] as string | undefined)) return options;
  const { nested = {}, fromFile } = plugin.factory.definition;
  const { properties = {}, required = [], additionalProperties, ...others } = options as Options;
  // What a plugin reads of a study file by itself its options do not say: they are offered, and nothing is refused. Ours say it.
  const isOpen = fromFile !== undefined && plugin.texts === undefined;
  const all: Json = { type: { const: plugin.type } };
  for (const [name, option] of Object.entries(properties)) {
    if (name !== 'type') all[name] = asWritten(option, nested[name], isOpen);
  }
  return {
    ...others,
    title: plugin.type,
    type: 'object',
    properties: all,
    required: isOpen ? ['type'] : ['type', ...required],
    ...(isOpen || additionalProperties === undefined ? {} : { additionalProperties }),
  };
}

interface Options extends Json {
  readonly properties?: { readonly [name: string]: Json };
  readonly required?: readonly string[];
}

/** An option as a study file writes it. */
function asWritten(option: Json, nested: PluginKind | undefined, isOpen: boolean): Json {
  const { description } = option;
  const said = description === undefined ? {} : { description };
  if (nested !== undefined) return { ...said, anyOf: [referenceTo(nested)] };
  return isOpen ? { ...said, anyOf: [option, {}] } : option;
}
