import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FettleError } from '@fettle/core/errors';

/**
 * Loads a study file that is a module.
 * @param file absolute path
 * @returns its default export
 * @throws FettleError `study-file-invalid` with the line, when the module cannot be loaded; what it throws itself, with the line
 */
export async function importModule(file: string): Promise<unknown> {
  const { href } = pathToFileURL(file);
  try {
    return ((await import(href)) as { readonly default?: unknown }).default;
  } catch (thrown) {
    const place = placeIn(file, href, thrown);
    const cause = thrown;
    if (thrown instanceof FettleError) {
      const { code, message, remedy } = thrown;
      throw new FettleError(code, message, { place, cause, ...(remedy === undefined ? {} : { remedy }) });
    }
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw new FettleError('study-file-invalid', `the module cannot be loaded: ${message}`, {
      place,
      remedy: remedyFor(thrown),
      cause,
    });
  }
}

/** `study.ts:3:9`, as far as the error says where it is. */
function placeIn(file: string, href: string, thrown: unknown): string {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const at = stack.indexOf(`${href}:`);
  const position = at === -1 ? '' : (/^(?::\d+)+/.exec(stack.slice(at + href.length))?.[0] ?? '');
  return `${basename(file)}${position}`;
}

function remedyFor(thrown: unknown): string {
  switch ((thrown as { code?: unknown } | undefined)?.code) {
    case 'ERR_MODULE_NOT_FOUND':
      return 'Install what is missing beside the study file, or correct the import.';
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return 'Types are stripped and not compiled: write it without enums, namespaces and parameter properties.';
    default:
      return 'Mend it; an editor or `tsc --noEmit` shows more.';
  }
}
