import { join } from 'node:path';
import { isPluginFactory, parameterSchema, type PluginFactory, type PluginKind } from '@fettle/core';
import ts from 'typescript';
import type { z } from 'zod';

const ROOT = join(import.meta.dirname, '../..');

/** The packages that hold our plugins, by their folders. */
const PACKAGES = ['core', 'searcher-asha', 'searcher-bayes', 'searcher-process', 'backend-docker', 'backend-slurm'];

/** What is written at something and at the members of the type of its options. */
export interface Described {
  /** What it is: the first paragraph. */
  readonly text: string;
  /** What is written at each option, by its path: `mounts`, `mounts.source`. Lists, unions and maps are looked through. */
  readonly options: ReadonlyMap<string, string>;
}

/** A plugin of ours. */
export interface DescribedPlugin extends Described {
  readonly factory: PluginFactory<PluginKind, z.ZodType>;
}

/** What is written at all that a study file gives options to. */
export interface Comments {
  /** In the order in which our packages export them. */
  readonly plugins: readonly DescribedPlugin[];
  /** The kinds of parameters of a search space: `float`, `int` … */
  readonly parameters: ReadonlyMap<string, Described>;
}

/** Texts by kind of plugin, or `parameter`, by name and by path of the option; at the empty path, that of the whole. */
export type OptionTexts = { readonly [kind: string]: { readonly [name: string]: { readonly [path: string]: string } } };

type Member = readonly [path: string, text: string];

/** Reads the comments with the compiler. Takes seconds. */
export async function readComments(): Promise<Comments> {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.check.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const fileOf = (name: string): string => join(ROOT, `packages/${name}/src/index.ts`);
  const program = ts.createProgram(PACKAGES.map(fileOf), options);
  const plugins: DescribedPlugin[] = [];
  for (const name of PACKAGES) {
    const exported = (await import(`@fettle/${name}`)) as Readonly<Record<string, unknown>>;
    const described = describedIn(program, fileOf(name), (exportName) => isPluginFactory(exported[exportName]));
    for (const [exportName, comments] of described) {
      plugins.push({ factory: exported[exportName] as DescribedPlugin['factory'], ...comments });
    }
  }
  const kinds = parameterSchema.options.map(({ shape }) => shape.type.value as string);
  return { plugins, parameters: describedIn(program, fileOf('core'), (name) => kinds.includes(name)) };
}

/** What `fettle schema` says of the options of plugins and parameters. */
export function optionTexts({ plugins, parameters }: Comments): OptionTexts {
  const texts: { [kind: string]: { [name: string]: { [path: string]: string } } } = {};
  const add = (kind: string, name: string, { text, options }: Described): void => {
    (texts[kind] ??= {})[name] = { '': text, ...Object.fromEntries(options) };
  };
  for (const [name, parameter] of parameters) add('parameter', name, parameter);
  for (const plugin of plugins) add(plugin.factory.kind, plugin.factory.definition.name, plugin);
  return texts;
}

/** What is written at functions that a module exports and at what they take first, by exported name. */
function describedIn(program: ts.Program, file: string, isMeant: (name: string) => boolean): Map<string, Described> {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file)!;
  const described = new Map<string, Described>();
  for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(source)!)) {
    // A default export is there under its own name as well.
    if (symbol.name === 'default' || !isMeant(symbol.name)) continue;
    const [signature] = checker.getTypeOfSymbolAtLocation(symbol, source).getCallSignatures();
    const [given] = signature?.getParameters() ?? [];
    if (given === undefined) throw new Error(`'${symbol.name}' of ${file} takes nothing`);
    const declared = checker.getTypeOfSymbolAtLocation(given, source);
    // The parameters of a plugin's factory are one tuple: its options, and a folder.
    const [options] = checker.isTupleType(declared)
      ? checker.getTypeArguments(declared as ts.TypeReference)
      : [declared];
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const [text = ''] = plainText(ts.displayPartsToString(target.getDocumentationComment(checker))).split('\n\n');
    described.set(symbol.name, { text, options: new Map(membersOf(options!, '', checker)) });
  }
  return described;
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
