import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { FettleError } from '@fettle/core/errors';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { studyTemplate } from '../init/template.ts';
import type { Io } from '../io.ts';
import { studyFileJsonSchema } from '../study-file/json-schema.ts';

/** `fettle init`: writes a commented study file, and its JSON Schema for editors. */
export async function execute(
  [script]: readonly [string | undefined],
  options: { readonly output: string; readonly force?: boolean },
  io: Io,
): Promise<ExitCode> {
  const file = resolve(io.cwd, options.output);
  if (existsSync(file) && options.force !== true) {
    throw new FettleError('usage', `${options.output} is there already.`, {
      remedy: 'Choose another name with --output, or replace it with --force.',
    });
  }
  const path = script === undefined ? undefined : resolve(io.cwd, script);
  if (path !== undefined && !existsSync(path)) {
    throw new FettleError('usage', `There is no script '${script}' in ${io.cwd}.`);
  }
  const schema = join('.fettle', 'study.schema.json');
  mkdirSync(join(dirname(file), '.fettle'), { recursive: true });
  writeFileSync(join(dirname(file), schema), `${JSON.stringify(studyFileJsonSchema(), null, 1)}\n`);
  const text =
    path === undefined ? undefined : { path: relative(dirname(file), path), text: readFileSync(path, 'utf8') };
  writeFileSync(file, studyTemplate(text, schema));
  io.out(`Wrote ${relative(io.cwd, file)}. Look it over, then:`);
  const named = basename(file) === 'study.yaml' && dirname(file) === io.cwd ? '' : ` ${relative(io.cwd, file)}`;
  io.out(`  fettle plan${named}    checks it\n  fettle run${named}     runs it`);
  return EXIT.ok;
}
