import {
  API_VERSION,
  FettleError,
  type Plugin,
  type PluginKind,
  readPastStudy,
  type StudyFileReader,
} from '@fettle/core';
import { locateDatabase } from '../study/locate.ts';
import { type AnyFactory, findPlugin } from './plugin-catalog.ts';
import { type Problem, schemaProblems } from './problems.ts';
import type { Path } from './source.ts';

/** A plugin as a study file writes it. */
export type PluginReference = string | { readonly type: string; readonly [option: string]: unknown };

/**
 * Makes the plugin that a study file describes, and the plugins inside its options.
 * @param path where it stands in the file
 * @param folder the study file's
 * @param problems gets everything that is wrong
 * @returns undefined if something is wrong
 */
export async function makePlugin(
  reference: PluginReference,
  kind: PluginKind,
  path: Path,
  folder: string,
  problems: Problem[],
): Promise<Plugin<PluginKind> | undefined> {
  const { type, ...given } = typeof reference === 'string' ? { type: reference } : reference;
  const typePath = typeof reference === 'string' ? path : [...path, 'type'];
  const lookup = await findPlugin(type, kind, folder);
  if (lookup.kind === 'problem') {
    problems.push({ path: typePath, message: lookup.message, remedy: lookup.remedy });
    return undefined;
  }
  const { factory } = lookup;
  const { definition } = factory;
  let options: Record<string, unknown>;
  try {
    options = { ...((await definition.fromFile?.(given, readerIn(folder))) ?? given) };
  } catch (thrown) {
    if (!(thrown instanceof FettleError)) throw thrown;
    problems.push({ path, message: thrown.message, remedy: thrown.remedy });
    return undefined;
  }
  const before = problems.length;
  const broken = new Set<string>();
  for (const [option, inner] of Object.entries(definition.nested ?? {})) {
    const value = options[option];
    if (!isReference(value)) continue;
    const plugin = await makePlugin(value, inner, [...path, option], folder, problems);
    if (plugin === undefined) broken.add(option);
    else options[option] = plugin;
  }
  if (definition.apiVersion === API_VERSION) {
    const checked = definition.options.safeParse(options);
    if (!checked.success) {
      problems.push(
        ...schemaProblems(checked.error, definition.options, options, path).filter(
          (problem) => !broken.has(String(problem.path[path.length])),
        ),
      );
    }
  }
  if (problems.length > before) return undefined;
  return construct(factory, options, folder, typePath, problems);
}

/** Reads for plugins what a study file names, as every command finds it. */
function readerIn(folder: string): StudyFileReader {
  return { pastStudy: async (path) => readPastStudy((await locateDatabase(path, folder)).database) };
}

function construct(
  factory: AnyFactory,
  options: unknown,
  folder: string,
  path: Path,
  problems: Problem[],
): Plugin<PluginKind> | undefined {
  try {
    return (factory as unknown as (options: unknown, folder: string) => Plugin<PluginKind>)(options, folder);
  } catch (thrown) {
    if (!(thrown instanceof FettleError)) throw thrown;
    problems.push({ path, message: thrown.message, remedy: thrown.remedy });
    return undefined;
  }
}

function isReference(value: unknown): value is PluginReference {
  return (
    typeof value === 'string' ||
    (typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string')
  );
}
