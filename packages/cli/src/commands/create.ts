import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PluginKind } from '@fettle/core';
import { FettleError } from '@fettle/core/errors';
import { createPackage, type Language, packageNameProblem } from '../create/plugin-package.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { toJson } from '../text/json.ts';

interface Options {
  readonly language: Language;
  readonly output?: string;
  readonly json?: boolean;
}

/** `fettle create`: writes the package of a plugin into a new folder. */
export function execute([kind, name]: readonly [PluginKind, string], options: Options, io: Io): ExitCode {
  const problem = packageNameProblem(name);
  if (problem !== undefined) throw new FettleError('usage', `'${name}' is no name for an npm package: ${problem}.`);
  const given = options.output ?? name.slice(name.indexOf('/') + 1);
  const folder = resolve(io.cwd, given);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new FettleError('usage', `${given} is there already.`, { remedy: 'Choose another folder with --output.' });
  }
  const files = createPackage(kind, name, options.language, folder);
  if (options.json === true) {
    io.out(toJson({ folder, files }, 2));
    return EXIT.ok;
  }
  io.out(`Made ${given}:\n${files.map((file) => `  ${file}`).join('\n')}`);
  io.out(`\nNext:\n  cd ${given}\n  npm install\n  npm test                             the contract suite`);
  io.out('  npx fettle run example/study.yaml    a study with it');
  return EXIT.ok;
}
