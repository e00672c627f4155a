import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PluginKind } from '@fettle/core';

/** What a package can be written in. */
export const LANGUAGES = ['ts', 'js'] as const;

/** A language: TypeScript, or plain JavaScript. */
export type Language = (typeof LANGUAGES)[number];

/** Real packages, which our own tests check and run as they are: only their name is put in. */
const TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url));
const PLACEHOLDER = 'plugin-name';
/** Files that have another name here: npm leaves a `.gitignore` out of packages, and reads any `package.json` as a package's own. */
const RENAMED: { readonly [file: string]: string } = { _gitignore: '.gitignore', '_package.json': 'package.json' };

/** Why a text cannot be the name of an npm package, as a phrase. */
export function packageNameProblem(name: string): string | undefined {
  if (name.length > 214) return 'it is longer than 214 characters';
  if (/^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name)) return undefined;
  return 'use small letters, digits and dashes, such as my-searcher or @me/my-searcher';
}

/**
 * Writes the package of a plugin.
 * @param folder absolute path; made if it is not there
 * @returns the files, relative to the folder, in order
 */
export function createPackage(kind: PluginKind, name: string, language: Language, folder: string): string[] {
  const written: string[] = [];
  for (const part of [`common-${language}`, kind]) {
    const root = join(TEMPLATES, part);
    for (const path of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!path.isFile()) continue;
      const from = join(path.parentPath, path.name);
      const file = placeOf(from.slice(root.length + 1), language);
      if (file === undefined) continue;
      const to = join(folder, file);
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, filled(readFileSync(from, 'utf8'), name, language));
      written.push(file);
    }
  }
  return written.toSorted();
}

/** Where a template's file goes; `undefined` if it belongs to the other language. */
function placeOf(file: string, language: Language): string | undefined {
  const [first = '', ...rest] = file.split('/');
  if (LANGUAGES.some((each) => each === first)) return first === language ? rest.join('/') : undefined;
  return RENAMED[file] ?? file;
}

function filled(text: string, name: string, language: Language): string {
  const named = text.replaceAll(PLACEHOLDER, name);
  return language === 'ts' ? named : named.replaceAll('index.ts', 'index.js').replaceAll('.test.ts', '.test.js');
}
