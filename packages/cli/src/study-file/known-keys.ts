import { z } from 'zod';
import type { Path } from './source.ts';

/** The keys that a schema knows at a path: of an object, or of every object of a union. */
export function knownKeys(schema: z.ZodType, path: Path): string[] {
  let here = open(schema);
  for (const key of path) {
    here = here.flatMap((part) => {
      if (part instanceof z.ZodObject) {
        const field = (part.shape as Readonly<Record<string, z.ZodType>>)[String(key)];
        return field === undefined ? [] : open(field);
      }
      if (part instanceof z.ZodArray) return open(part.element as z.ZodType);
      if (part instanceof z.ZodRecord) return open(part.valueType as z.ZodType);
      return [];
    });
  }
  return [...new Set(here.flatMap((part) => (part instanceof z.ZodObject ? Object.keys(part.shape) : [])))];
}

/** What is inside of optional, default, pipe, lazy and union. */
function open(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return open(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodPipe) return open(schema.in as z.ZodType);
  if (schema instanceof z.ZodLazy) return open(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => open(option as z.ZodType));
  return [schema];
}
