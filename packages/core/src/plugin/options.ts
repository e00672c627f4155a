import type { z } from 'zod';
import { FettleError } from '../errors.ts';

/**
 * Checks a plugin's options, once, at the border.
 * @param schema the plugin's own schema
 * @param given what the person wrote
 * @param who the plugin, for the message
 * @throws FettleError `options-invalid` with everything that is wrong in one message
 */
export function parseOptions<Schema extends z.ZodType>(schema: Schema, given: unknown, who: string): z.output<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new FettleError('options-invalid', `The options of the ${who} are wrong:\n${describeIssues(result.error)}`, {
    cause: result.error,
  });
}

/** The issues of a failed check, one on a line, each with its path. */
function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => `  ${issue.path.length === 0 ? '' : `${issue.path.join('.')}: `}${issue.message}`)
    .join('\n');
}
