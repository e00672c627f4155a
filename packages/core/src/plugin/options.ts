import type { z } from 'zod';
import { FettleError } from '../errors.ts';
import { problemsOf } from './issue-text.ts';

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
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, given, 'the options'));
  throw new FettleError('options-invalid', `The options of the ${who} are wrong:\n  ${problems.join('\n  ')}`, {
    cause: result.error,
  });
}
