import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { messageOf } from '@fettle/core';
import { FettleError } from '@fettle/core/errors';
import { parse, stringify } from 'yaml';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { importDetermined } from '../import/determined.ts';
import type { ImportedStudy } from '../import/imported-study.ts';
import { importSagemaker } from '../import/sagemaker.ts';
import { importWandb } from '../import/wandb.ts';
import type { Io } from '../io.ts';
import { type NewFile, newFile } from '../study-file/new-file.ts';
import { toJson } from '../text/json.ts';

const IMPORTERS: { readonly [system: string]: (original: unknown, file: string) => ImportedStudy } = {
  sagemaker: importSagemaker,
  determined: importDetermined,
  wandb: importWandb,
};

interface Options extends NewFile {
  readonly json?: boolean;
}

/** `fettle import`: with `--json`, `{ study, notes: [{ path, text }] }`, and nothing is written. */
export async function execute([system, given]: readonly [string, string], options: Options, io: Io): Promise<ExitCode> {
  const importer = IMPORTERS[system];
  if (importer === undefined) throw new FettleError('usage', `Studies of '${system}' cannot be imported.`);
  const imported = importer(read(resolve(io.cwd, given), given), given);
  if (options.json === true) {
    io.out(toJson(imported, 2));
    return EXIT.ok;
  }
  const file = newFile(options, io.cwd);
  writeFileSync(file, `# Imported from ${basename(given)}.\n${stringify(imported.study, { lineWidth: 120 })}`);
  const shown = relative(io.cwd, file);
  io.out(`Wrote ${shown}.`);
  if (imported.notes.length > 0) io.out('\nWhat is said otherwise, or not at all:');
  for (const { path, text } of imported.notes) io.out(`  ${io.paint('yellow', path)}\n    ${text}`);
  io.out(`\nLook it over, then:\n  fettle plan ${shown}    checks it\n  fettle run ${shown}     runs it`);
  return EXIT.ok;
}

function read(path: string, given: string): unknown {
  if (!existsSync(path)) throw new FettleError('usage', `There is no file ${given}.`);
  try {
    // JSON is YAML, too.
    return parse(readFileSync(path, 'utf8')) as unknown;
  } catch (cause) {
    throw new FettleError('usage', `${given} can be read neither as JSON nor as YAML: ${messageOf(cause)}`, { cause });
  }
}
