import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as core from '@fettle/core';
import { isPluginFactory, messageOf, type PluginFactory, type PluginKind } from '@fettle/core';
import type { z } from 'zod';
import { didYouMean } from '../text/did-you-mean.ts';
import { resolvePackage } from './resolve-package.ts';

/** A factory of any kind. */
export type AnyFactory = { [K in PluginKind]: PluginFactory<K, z.ZodType> }[PluginKind];

/** A plugin that was looked for: its factory, or why there is none. */
export type Lookup =
  | { readonly kind: 'found'; readonly factory: AnyFactory }
  | { readonly kind: 'problem'; readonly message: string; readonly remedy: string };

/** Names of our own plugins that live in packages of their own, by kind. */
const PACKAGES: { readonly [kind in PluginKind]: { readonly [name: string]: string } } = {
  searcher: {
    asha: '@fettle/searcher-asha',
    hyperband: '@fettle/searcher-asha',
    adaptive: '@fettle/searcher-asha',
    pasha: '@fettle/searcher-asha',
    'successive-halving': '@fettle/searcher-asha',
    'median-stopping': '@fettle/searcher-asha',
    'curve-stopping': '@fettle/searcher-asha',
    process: '@fettle/searcher-process',
  },
  sampler: { bayes: '@fettle/searcher-bayes', process: '@fettle/searcher-process' },
  backend: { docker: '@fettle/backend-docker', slurm: '@fettle/backend-slurm' },
  'metric-source': {},
};

/** Every plugin that comes with the core. */
function builtIns(): AnyFactory[] {
  return Object.values<unknown>(core).filter((value): value is AnyFactory => isPluginFactory(value));
}

/** All kinds of plugin. */
export const PLUGIN_KINDS: readonly PluginKind[] = ['searcher', 'sampler', 'backend', 'metric-source'];

/** What is looked for: a kind of plugin, or any. */
type Wanted = PluginKind | 'plugin';

/** Kinds of plugin that will do where one is wanted: a sampler is as good as a searcher that runs every trial to its end. */
function acceptable(wanted: Wanted): readonly PluginKind[] {
  if (wanted === 'plugin') return PLUGIN_KINDS;
  return wanted === 'searcher' ? ['searcher', 'sampler'] : [wanted];
}

/** The names of our own plugins that a study file can have where one is wanted: those of the core first. */
export function ownNames(wanted: Wanted): string[] {
  const kinds = acceptable(wanted);
  const inCore = builtIns()
    // It calls a function, and a study file has a command.
    .filter((factory) => kinds.includes(factory.kind) && factory !== core.inProcess)
    .map((factory) => factory.definition.name);
  return [...new Set([...inCore, ...kinds.flatMap((kind) => Object.keys(PACKAGES[kind]))])];
}

/**
 * Finds the factory that a `type:` names: a built-in, one of our own packages, a file (`./my-searcher.ts`), or an npm
 * package, with `#name` behind it if it exports several.
 * @param folder the study file's; files and packages are looked for from there
 */
export async function findPlugin(type: string, wanted: Wanted, folder: string): Promise<Lookup> {
  const kinds = acceptable(wanted);
  const builtIn = builtIns().find((factory) => kinds.includes(factory.kind) && factory.definition.name === type);
  if (builtIn !== undefined) return { kind: 'found', factory: builtIn };
  const official = kinds.map((each) => PACKAGES[each][type]).find((name) => name !== undefined);
  const [specifier = type, exportName] = (official === undefined ? type : `${official}#${type}`).split('#');
  const file = locate(specifier, folder);
  if (typeof file !== 'string') {
    if (file.kind === 'not-exported') {
      return problem(`the package '${specifier}' does not export it`, `See "exports" in ${file.folder}/package.json.`);
    }
    return unknown(type, wanted);
  }
  let loaded: Readonly<Record<string, unknown>>;
  try {
    loaded = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (thrown) {
    return problem(`'${specifier}' could not be loaded: ${messageOf(thrown)}`, `It was read from ${file}.`);
  }
  return choose(loaded, wanted, specifier, exportName);
}

function locate(
  specifier: string,
  folder: string,
): string | { kind: 'missing' } | { kind: 'not-exported'; folder: string } {
  if (specifier.startsWith('.') || isAbsolute(specifier)) {
    const file = resolve(folder, specifier);
    return existsSync(file) ? file : { kind: 'missing' };
  }
  let answer: ReturnType<typeof resolvePackage> = { kind: 'missing' };
  // What is installed beside fettle itself serves every study on the machine.
  for (const base of [folder, fileURLToPath(new URL('.', import.meta.url))]) {
    answer = resolvePackage(specifier, base);
    if (answer.kind === 'found') return answer.file;
    if (answer.kind === 'not-exported') return answer;
  }
  return { kind: 'missing' };
}

function choose(
  loaded: Readonly<Record<string, unknown>>,
  wanted: Wanted,
  specifier: string,
  name: string | undefined,
): Lookup {
  const kinds = acceptable(wanted);
  const all = [...new Set([loaded['default'], ...Object.values(loaded)])].filter((value): value is AnyFactory =>
    isPluginFactory(value),
  );
  const fitting = all.filter((factory) => kinds.includes(factory.kind));
  if (fitting.length === 0) {
    const others = all.map((factory) => `the ${factory.kind} '${factory.definition.name}'`).join(', ');
    return all.length === 0
      ? problem(`'${specifier}' exports no plugin`, `Export what ${definersOf(wanted)} returns.`)
      : problem(`'${specifier}' is no ${wanted}: it holds ${others}`, `Name a ${wanted} here.`);
  }
  const named =
    name === undefined
      ? undefined
      : (fitting.find((factory) => factory.definition.name === name) ?? (loaded[name] as AnyFactory | undefined));
  if (name !== undefined && !fitting.includes(named as AnyFactory)) {
    return problem(`'${specifier}' has no ${wanted} '${name}'`, `It has: ${names(fitting)}.`);
  }
  const factory = named ?? fitting.find((each) => each === loaded['default']) ?? fitting[0];
  if (factory === undefined || (fitting.length > 1 && name === undefined && factory !== loaded['default'])) {
    return problem(
      `'${specifier}' holds several: ${names(fitting)}`,
      `Say which one: ${specifier}#${fitting[0]?.definition.name ?? ''}.`,
    );
  }
  return { kind: 'found', factory };
}

function unknown(type: string, wanted: Wanted): Lookup {
  if (type.startsWith('.') || isAbsolute(type)) {
    const remedy = 'The path is relative to the study file';
    return problem(
      `the file '${type}' does not exist`,
      wanted === 'plugin' ? `${remedy}: run the command in its folder.` : `${remedy}.`,
    );
  }
  const own = ownNames(wanted);
  const near = didYouMean(type, own);
  return problem(
    `no ${wanted} is called '${type}', and no such package is installed`,
    `${near === undefined ? '' : `Did you mean '${near}'? `}Built in: ${own.join(', ')}. For an npm package: npm install ${type}`,
  );
}

function names(factories: readonly AnyFactory[]): string {
  return factories.map((factory) => `'${factory.definition.name}'`).join(', ');
}

/** The functions that make what is wanted: `defineSearcher(...)`. */
function definersOf(wanted: Wanted): string {
  const kinds = wanted === 'plugin' ? acceptable(wanted) : [wanted];
  const names = kinds.map((kind) => kind.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()));
  return names.map((name) => `define${name}(...)`).join(' or ');
}

function problem(message: string, remedy: string): Lookup {
  return { kind: 'problem', message, remedy };
}
