import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { FettleError } from '@fettle/core/errors';

/** Where a study is. */
export interface StudyPlace {
  /** The study file, if the study was named by it. */
  readonly file?: string | undefined;
  /** The study's folder: `study.db`, `trials/`, `report.html`. */
  readonly folder: string;
  /** The database. It may not exist yet. */
  readonly database: string;
}

/** Names under which a study file is found when none is named. */
const STUDY_FILES = ['study.yaml', 'study.yml', 'study.json', 'study.ts', 'study.js', 'study.mjs'] as const;

/** Folder, beside the study file, that holds the folders of its studies. */
const HOME = '.fettle';

/**
 * Finds a study.
 * @param argument what the person wrote: a study file, a folder, a database, or nothing
 * @param cwd the current folder
 * @throws FettleError `study-missing`, saying what was looked for
 */
export async function locateStudy(argument: string | undefined, cwd: string): Promise<StudyPlace> {
  const path = existing(argument, cwd);
  if (!statSync(path).isDirectory()) {
    if (extname(path) === '.db') return { folder: dirname(path), database: path };
    return placeOf(path, await nameIn(path));
  }
  if (existsSync(join(path, 'study.db'))) return { folder: path, database: join(path, 'study.db') };
  const file = fileIn(path);
  if (file !== undefined) return placeOf(file, await nameIn(file));
  const studies = studiesIn(path);
  if (studies.length === 1 && studies[0] !== undefined)
    return { folder: studies[0], database: join(studies[0], 'study.db') };
  if (studies.length > 1) {
    throw new FettleError('study-missing', `There are several studies in ${path}, and no study file that names one.`, {
      remedy: `Say which: ${studies.map((folder) => relative(cwd, folder)).join(', ')}.`,
    });
  }
  throw noStudy(path);
}

/**
 * Finds a study file, for commands that read all of it.
 * @throws FettleError `study-missing`, or `usage` if only the study's folder or database was named
 */
export function locateStudyFile(argument: string | undefined, cwd: string): string {
  const path = existing(argument, cwd);
  if (!statSync(path).isDirectory() && extname(path) !== '.db') return path;
  const file = statSync(path).isDirectory() ? fileIn(path) : undefined;
  if (file !== undefined) return file;
  if (argument === undefined) throw noStudy(path);
  throw new FettleError('usage', `The study file is needed here; '${argument}' is none and holds none.`, {
    remedy: `Name the study file: ${STUDY_FILES[0]}, or whatever it is called.`,
  });
}

/** The study of a file, by the name that the file gives it. */
export function placeOf(file: string, name: string): StudyPlace {
  const folder = join(dirname(file), HOME, name);
  return { file, folder, database: join(folder, 'study.db') };
}

/** Like {@link locateStudy}, for questions about a study that has begun. @throws FettleError `study-missing` */
export async function locateDatabase(argument: string | undefined, cwd: string): Promise<StudyPlace> {
  const place = await locateStudy(argument, cwd);
  if (existsSync(place.database)) return place;
  const file = place.file === undefined ? 'The study' : `The study of ${relative(cwd, place.file)}`;
  throw new FettleError('study-missing', `${file} has not begun: there is no ${relative(cwd, place.database)}.`, {
    remedy: 'Begin it with `fettle run`.',
  });
}

function existing(argument: string | undefined, cwd: string): string {
  const path = resolve(cwd, argument ?? '.');
  if (existsSync(path)) return path;
  const named = argument === undefined ? undefined : join(HOME, argument);
  throw new FettleError('study-missing', `There is no '${argument}' in ${cwd}.`, {
    remedy:
      named !== undefined && existsSync(join(cwd, named, 'study.db'))
        ? `The study of that name is ${named}.`
        : 'Name a study file, its folder, or a study.db.',
  });
}

function fileIn(folder: string): string | undefined {
  return STUDY_FILES.map((name) => join(folder, name)).find((candidate) => existsSync(candidate));
}

function noStudy(folder: string): FettleError {
  return new FettleError(
    'study-missing',
    `There is no study in ${folder}: neither ${STUDY_FILES.slice(0, 4).join(', ')} nor a study.db.`,
    {
      remedy: 'Write one with `fettle init`, or name the file.',
    },
  );
}

function studiesIn(folder: string): string[] {
  const home = basename(folder) === HOME ? folder : join(folder, HOME);
  if (!existsSync(home)) return [];
  return readdirSync(home)
    .map((name) => join(home, name))
    .filter((study) => existsSync(join(study, 'study.db')));
}

/** The study's name alone, without checking anything else: questions must be answered quickly. */
async function nameIn(file: string): Promise<string> {
  if (['.ts', '.mts', '.js', '.mjs'].includes(extname(file))) {
    // To run a whole module for its name takes long; a name in its text that has a study is the one.
    const written = /\bname:\s*(['"`])([A-Za-z0-9][A-Za-z0-9._-]*)\1/.exec(readFileSync(file, 'utf8'))?.[2];
    if (written !== undefined && existsSync(placeOf(file, written).database)) return written;
    const { importModule } = await import('../study-file/import-module.ts');
    const options = (await importModule(file)) as { name?: unknown } | null | undefined;
    return requireName(options?.name, file);
  }
  const text = readFileSync(file, 'utf8');
  // A plain name on a line of its own, which is nearly always; anything else needs the real reader.
  const names = [...text.matchAll(/^name:[ \t]+([A-Za-z0-9][A-Za-z0-9._-]*)[ \t]*(?:#.*)?$/gm)];
  if (names.length === 1 && names[0]?.[1] !== undefined && !/^name:/m.test(text.replace(names[0][0], '')))
    return names[0][1];
  const { readSource } = await import('../study-file/source.ts');
  const value = readSource(text).value as { name?: unknown } | null | undefined;
  return requireName(value?.name, file);
}

function requireName(name: unknown, file: string): string {
  if (typeof name === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return name;
  throw new FettleError(
    'study-file-invalid',
    `${basename(file)} does not give the study a name that can be a folder's.`,
    {
      remedy: 'Add `name:` with letters, digits, dots, dashes and underscores; `fettle plan` checks the whole file.',
    },
  );
}
