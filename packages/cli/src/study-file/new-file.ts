import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { FettleError } from '@fettle/core/errors';

/** Where a study file is to be written. */
export interface NewFile {
  /** As it was named on the command line. */
  readonly output: string;
  /** Whether a file that is there already is replaced. */
  readonly force?: boolean | undefined;
}

/** The path of a study file that is to be written. @throws FettleError `usage` if something is there that must not be replaced */
export function newFile({ output, force = false }: NewFile, cwd: string): string {
  const file = resolve(cwd, output);
  if (force || !existsSync(file)) return file;
  throw new FettleError('usage', `${output} is there already.`, {
    remedy: 'Choose another name with --output, or replace it with --force.',
  });
}
