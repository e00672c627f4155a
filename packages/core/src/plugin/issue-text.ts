import type { z } from 'zod';
import { shownValue } from '../domain/shown-value.ts';

/** What a person calls the types of a schema. */
const NAMES: { readonly [type: string]: string } = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/**
 * What an issue of a schema says, a line for each place: where, what was expected and what is there instead.
 * @param given what was checked
 * @param whole what it is called where the issue is with all of it
 */
export function problemsOf(issue: z.core.$ZodIssue, given: unknown, whole: string): string[] {
  const at = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${[...at, key].join('.')}: is not known`);
  const value = at.reduce<unknown>(
    (here, key) => (here as Readonly<Record<string, unknown>> | undefined)?.[key],
    given,
  );
  const place = at.length === 0 ? whole : at.join('.');
  const wanted = wantedOf(issue);
  // A rule of the plugin's own says itself all that there is to say.
  if (wanted === undefined) return [`${place}: ${issue.message}`];
  return [
    value === undefined
      ? `${place}: is missing; expected ${wanted}`
      : `${place}: expected ${wanted}, not ${shownValue(value)}`,
  ];
}

/** What was expected, worded to follow that word; `undefined` if the issue has words of its own. */
function wantedOf(issue: z.core.$ZodIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return NAMES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.map((value) => shownValue(value)).join(' or ');
    case 'invalid_union': {
      if (issue.message !== 'Invalid input') return undefined;
      const branches = issue.errors.flatMap(([first]) =>
        first === undefined ? [] : [wantedOf(first) ?? first.message],
      );
      return [...new Set(branches)].join(' or ');
    }
    default:
      return /^(?:Too \w+: )?expected (.+)$/.exec(issue.message)?.[1];
  }
}
