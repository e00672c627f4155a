import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { FettleError } from '@fettle/core/errors';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { studyTemplate } from '../init/template.ts';
import type { Io } from '../io.ts';
import { studyFileJsonSchema } from '../study-file/json-schema.ts';
import { type NewFile, newFile } from '../study-file/new-file.ts';
import { toJson } from '../text/json.ts';
import { shellQuote } from '../text/shell-quote.ts';

/** `fettle init`: writes a commented study file, and its JSON Schema for editors. */
export async function execute(
  [script]: readonly [string | undefined],
  options: NewFile & { readonly json?: boolean },
  io: Io,
): Promise<ExitCode> {
  const file = newFile(options, io.cwd);
  const path = script === undefined ? undefined : resolve(io.cwd, script);
  if (path !== undefined && !existsSync(path)) {
    throw new FettleError('usage', `There is no script '${script}' in ${io.cwd}.`, {
      remedy: 'Name the program to tune, or nothing for an example.',
    });
  }
  if (path !== undefined && !statSync(path).isFile()) {
    throw new FettleError('usage', `'${script}' is a folder, and no script.`, {
      remedy: 'Name the program in it, such as train.py.',
    });
  }
  const schema = join('.fettle', 'study.schema.json');
  mkdirSync(join(dirname(file), '.fettle'), { recursive: true });
  const jsonSchema = await studyFileJsonSchema(dirname(file));
  writeFileSync(join(dirname(file), schema), `${JSON.stringify(jsonSchema, null, 1)}\n`);
  const text =
    path === undefined ? undefined : { path: relative(dirname(file), path), text: readFileSync(path, 'utf8') };
  const { text: written, ...seen } = studyTemplate(text, schema);
  writeFileSync(file, written);
  const shown = relative(io.cwd, file);
  if (options.json === true) {
    io.out(toJson({ file, ...seen }, 2));
    return EXIT.ok;
  }
  io.out(`Wrote ${shown}. Look it over, then:`);
  const named = basename(file) === 'study.yaml' && dirname(file) === io.cwd ? '' : ` ${shellQuote([shown])}`;
  io.out(`  fettle plan${named}    checks it\n  fettle run${named}     runs it`);
  if (script !== undefined && seen.tuned.length === 0) {
    io.out(
      `\nNo flags that could be tuned were found in ${script}: the parameters in ${shown} are an example. Name your own.`,
    );
  }
  if (seen.needed.length > 0)
    io.out(`\n${script} does not run without ${seen.needed.join(', ')}: add it to the command.`);
  return EXIT.ok;
}
