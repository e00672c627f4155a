import { join } from 'node:path';
import { isPluginFactory } from '@fettle/core';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '../..');
const PACKAGES = [
  'core',
  'searcher-asha',
  'searcher-bayes',
  'searcher-process',
  'backend-docker',
  'backend-slurm',
] as const;
const fileOf = (name: string): string => join(ROOT, `packages/${name}/src/index.ts`);

/** What an editor shows at each option of a plugin, by the plugin's exported name and the option's. */
type Shown = ReadonlyMap<string, ReadonlyMap<string, string>>;

let program: ts.Program;
beforeAll(() => {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.check.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  program = ts.createProgram(PACKAGES.map(fileOf), options);
}, 60_000);

function shownIn(file: string): Shown {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file)!;
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
  const factories = exported.flatMap((symbol) => {
    const type = checker.getTypeOfSymbolAtLocation(symbol, source);
    const [signature] = type.getProperty('definition') === undefined ? [] : type.getCallSignatures();
    const [given] = signature?.getParameters() ?? [];
    if (given === undefined) return [];
    const [options] = checker.getTypeArguments(checker.getTypeOfSymbolAtLocation(given, source) as ts.TypeReference);
    const members = options === undefined ? [] : checker.getNonNullableType(options).getProperties();
    const texts = members.map(
      (member) => [member.name, ts.displayPartsToString(member.getDocumentationComment(checker))] as const,
    );
    return [[symbol.name, new Map(texts)] as const];
  });
  return new Map(factories);
}

/** The options that a schema takes. */
function optionsOf(schema: unknown): string[] {
  if (schema instanceof z.ZodOptional) return optionsOf(schema.unwrap());
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

describe.each(PACKAGES)('what an editor shows of the options of @fettle/%s', (name) => {
  it('is that there are exactly those that it takes, with a word on each', { timeout: 60_000 }, async () => {
    const shown = shownIn(fileOf(name));
    expect(shown.size).toBeGreaterThan(0);
    const exported = (await import(`@fettle/${name}`)) as Readonly<Record<string, unknown>>;
    for (const [plugin, options] of shown) {
      const factory = exported[plugin];
      if (!isPluginFactory(factory)) throw new Error(`${plugin} is no factory`);
      expect([...options.keys()].toSorted(), plugin).toEqual(optionsOf(factory.definition.options).toSorted());
      expect([...options].filter(([, text]) => text === '').map(([option]) => `${plugin}.${option}`)).toEqual([]);
    }
  });
});
