import { join } from 'node:path';
import { isPluginFactory, type PluginFactory, type PluginKind } from '@fettle/core';
import ts from 'typescript';
import type { z } from 'zod';

const ROOT = join(import.meta.dirname, '../..');

/** The packages that hold our plugins, by their folders. */
const PACKAGES = ['core', 'searcher-asha', 'searcher-bayes', 'searcher-process', 'backend-docker', 'backend-slurm'];

/** A plugin of ours with what is written at it and at the members of the type of its options. */
export interface DescribedPlugin {
  readonly factory: PluginFactory<PluginKind, z.ZodType>;
  /** What it is: the first paragraph. */
  readonly text: string;
  /** What is written at each option, by its path: `mounts`, `mounts.source`. Lists, unions and maps are looked through. */
  readonly options: ReadonlyMap<string, string>;
}

/** Texts for editors of study files by kind of plugin, name and path of the option; at the empty path, the plugin's own. */
export type OptionTexts = { readonly [kind: string]: { readonly [name: string]: { readonly [path: string]: string } } };

type Member = readonly [path: string, text: string];

/** All plugins of our packages, in the order in which those export them. */
export async function describedPlugins(): Promise<DescribedPlugin[]> {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.check.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const fileOf = (name: string): string => join(ROOT, `packages/${name}/src/index.ts`);
  const program = ts.createProgram(PACKAGES.map(fileOf), options);
  const plugins: DescribedPlugin[] = [];
  for (const name of PACKAGES) {
    const exported = (await import(`@fettle/${name}`)) as Readonly<Record<string, unknown>>;
    for (const [exportName, written] of writtenIn(program, fileOf(name))) {
      const factory = exported[exportName];
      if (!isPluginFactory(factory)) throw new Error(`${exportName} of ${name} is no factory of plugins`);
      plugins.push({ factory, ...written });
    }
  }
  return plugins;
}

/** What `fettle schema` says of the options of each plugin. */
export function optionTexts(plugins: readonly DescribedPlugin[]): OptionTexts {
  const texts: { [kind: string]: { [name: string]: { [path: string]: string } } } = {};
  for (const { factory, text, options } of plugins) {
    (texts[factory.kind] ??= {})[factory.definition.name] = { '': text, ...Object.fromEntries(options) };
  }
  return texts;
}

/** What is written at the plugins that a module exports, by exported name. */
function writtenIn(program: ts.Program, file: string): Map<string, Omit<DescribedPlugin, 'factory'>> {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file)!;
  const written = new Map<string, Omit<DescribedPlugin, 'factory'>>();
  for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(source)!)) {
    const type = checker.getTypeOfSymbolAtLocation(symbol, source);
    const [signature] = type.getProperty('definition') === undefined ? [] : type.getCallSignatures();
    const [given] = signature?.getParameters() ?? [];
    // A default export is there under its own name as well.
    if (given === undefined || symbol.name === 'default') continue;
    const [taken] = checker.getTypeArguments(checker.getTypeOfSymbolAtLocation(given, source) as ts.TypeReference);
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const [text = ''] = plainText(ts.displayPartsToString(target.getDocumentationComment(checker))).split('\n\n');
    const options = new Map(taken === undefined ? [] : membersOf(taken, '', checker));
    written.set(symbol.name, { text, options });
  }
  return written;
}

/**
 * The members of a type and of the types of its members, by path.
 * @param outer types that this one stands in: JSON values hold JSON values
 */
function membersOf(type: ts.Type, path: string, checker: ts.TypeChecker, outer: readonly ts.Type[] = []): Member[] {
  // What stands in the place of a plugin is another plugin, with options of its own.
  if (outer.includes(type) || type.symbol?.name === 'Plugin') return [];
  const within = (inner: ts.Type, at: string): Member[] => membersOf(inner, at, checker, [...outer, type]);
  if (type.isUnion()) return type.types.flatMap((each) => within(each, path));
  if (!(type.flags & ts.TypeFlags.Object)) return [];
  if (checker.isArrayType(type)) {
    return checker.getTypeArguments(type as ts.TypeReference).flatMap((each) => within(each, path));
  }
  const members = type.getProperties().flatMap((member): Member[] => {
    const at = path === '' ? member.name : `${path}.${member.name}`;
    const text = plainText(ts.displayPartsToString(member.getDocumentationComment(checker)));
    return [[at, text], ...within(checker.getTypeOfSymbol(member), at)];
  });
  return [...members, ...checker.getIndexInfosOfType(type).flatMap((info) => within(info.type, path))];
}

/**
 * A comment as an editor of study files shows it, which knows no markup: a paragraph on one line, without links, and with
 * `random` instead of `random()`, as a study file has it. Backticks stay: they tell a name from the words around it.
 */
export function plainText(comment: string): string {
  return comment
    .replaceAll(/\{@link(?:code|plain)? +([^\s|}]+)(?:[\s|]+([^}]+))?\}/g, (_, target: string, label?: string) =>
      label === undefined ? `\`${target}\`` : label.trim(),
    )
    .replaceAll(/`(\w+)\(\)`/g, '`$1`')
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim().replaceAll(/\s*\n\s*(?!- )/g, ' '))
    .join('\n\n');
}
