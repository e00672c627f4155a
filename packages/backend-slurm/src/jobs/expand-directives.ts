import { type Configuration, FettleError } from '@fettle/core';
import type { Directives } from './job-script.ts';

/**
 * Directives of one trial: `{name}` stands for the value of a parameter, so that a trial can ask for what it needs.
 * @throws FettleError `template-invalid` for a name that is no active parameter
 */
export function expandDirectives(directives: Directives, configuration: Configuration): Directives {
  const expanded: { [name: string]: string | number | true } = {};
  for (const [option, value] of Object.entries(directives)) {
    expanded[option] =
      typeof value === 'string'
        ? value.replace(/\{([^{}]+)\}/g, (_, name: string) => String(valueOf(configuration, name, option)))
        : value;
  }
  return expanded;
}

function valueOf(configuration: Configuration, name: string, option: string): string | number | boolean {
  const value = configuration[name];
  if (value !== undefined && value !== null && !/[\n\r\0]/.test(String(value))) return value;
  throw new FettleError(
    'template-invalid',
    `The directive '${option}' uses {${name}}, which has no value of one line.`,
    {
      remedy: 'Use the names of parameters that are always active.',
    },
  );
}
