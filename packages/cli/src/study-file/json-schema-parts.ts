import { z } from 'zod';

/** A JSON Schema, or a part of one. */
export type Json = { [key: string]: unknown };

/** What is said of options, by their paths: `mounts`, `mounts.source`; at the empty path, of that which has them. */
export type Texts = { readonly [path: string]: string };

/** Where the root of a schema keeps what its parts refer to. */
export const DEFINITIONS = '#/$defs/';

/** The schema of what a person writes: what is worked out from it cannot be said, and anything will do. */
export function toJsonSchema(schema: z.ZodType): Json {
  return { ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) };
}

/** What stands for a definition of the root. */
export function referenceTo(name: string): Json {
  return { $ref: `${DEFINITIONS}${name}` };
}

/** Puts the texts at the options that a schema has, and at the options of those. */
export function describeOptions(schema: unknown, texts: Texts, path = ''): void {
  if (typeof schema !== 'object' || schema === null) return;
  const { properties = {}, ...others } = schema as { properties?: { [name: string]: Json } } & Json;
  for (const [name, property] of Object.entries(properties)) {
    const at = path === '' ? name : `${path}.${name}`;
    const text = texts[at];
    if (text !== undefined) property['description'] = text;
    describeOptions(property, texts, at);
  }
  for (const part of ['items', 'additionalProperties', 'anyOf', 'oneOf', 'allOf']) {
    for (const each of [others[part]].flat()) describeOptions(each, texts, path);
  }
}
