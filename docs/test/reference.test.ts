import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@fettle/core';
import { isPluginFactory, parameterSchema, STUDY_EVENT_TYPES } from '@fettle/core';
import * as asha from '@fettle/searcher-asha';
import * as bayes from '@fettle/searcher-bayes';
import * as processes from '@fettle/searcher-process';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commandLine } from '../../packages/cli/src/command-line.ts';
import { processIo } from '../../packages/cli/src/io.ts';
import { studyFileSchema } from '../../packages/cli/src/study-file/schema.ts';
import { namesIn, tableUnder } from './table.ts';

const ROOT = join(import.meta.dirname, '../..');
const page = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Shape {
  readonly properties: {
    readonly [name: string]: Shape & { readonly default?: string | number | boolean | object; readonly const?: string };
  };
  readonly required?: readonly string[];
  readonly oneOf?: readonly Shape[];
  readonly anyOf?: readonly Shape[];
}

function shapeOf(schema: z.ZodType): Shape {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as unknown as Shape;
}

/** Every plugin of the packages that anybody can name in a study file, by name. */
const plugins = new Map(
  [core, asha, bayes, processes]
    .flatMap((module) => Object.values<unknown>(module))
    .filter((value) => isPluginFactory(value))
    .map((factory) => [factory.definition.name, factory]),
);

function optionsOf(name: string): Shape {
  const shape = shapeOf(plugins.get(name)!.definition.options);
  // An option that is a whole set of options and may be left out.
  return shape.anyOf?.find(({ properties }) => properties !== undefined) ?? shape;
}

/** A table of fields, with the default in its second column, against what is in the code. */
function expectFields(rows: readonly (readonly string[])[], { properties, required = [] }: Shape): void {
  expect(rows.flatMap(([name = '']) => namesIn(name)).toSorted()).toEqual(Object.keys(properties).toSorted());
  for (const [name = '', written = ''] of rows) {
    const [field = ''] = namesIn(name);
    expect([field, written === 'required']).toEqual([field, required.includes(field)]);
    const { default: value } = properties[field]!;
    if (value !== undefined && typeof value !== 'object') {
      expect([field, written.replaceAll('`', '')]).toEqual([field, String(value)]);
    }
  }
}

describe('the reference of the study file', () => {
  const reference = page('docs/study-file.md');
  const file = shapeOf(studyFileSchema);

  it('has every field of the file', () => {
    expectFields(tableUnder(reference, '## Fields'), file);
  });

  it('says which fields may not change', () => {
    const fixed = tableUnder(reference, '## Fields').filter(([, , mark]) => mark === 'yes');
    const definition: Record<keyof core.StudyDefinition, true> = {
      name: true,
      space: true,
      objective: true,
      searcher: true,
      seed: true,
      first: true,
      duplicates: true,
      resumable: true,
    };
    // `forbidden` is a part of the space.
    expect(fixed.flatMap(([name = '']) => namesIn(name)).toSorted()).toEqual(
      [...Object.keys(definition), 'forbidden'].toSorted(),
    );
  });

  it.each(['objective', 'retry', 'checkpoints'])('has every field of %s', (name) => {
    expectFields(tableUnder(reference, `## ${name}`), file.properties[name]!);
  });

  it('has every limit of a budget', () => {
    const names = tableUnder(reference, '## budget').flatMap(([name = '']) => namesIn(name));
    expect(names.toSorted()).toEqual(Object.keys(file.properties['budget']!.properties).toSorted());
  });

  it('has every default of retries', () => {
    const { limits, backOff, maxBackOff } = core.DEFAULT_RETRY;
    const rows = tableUnder(reference, '## retry');
    const others = Object.entries(limits).filter(([, limit]) => limit > 0);
    expect(rows[0]?.[1]).toBe(
      `${others.map(([failure, limit]) => `\`${failure}: ${limit}\``).join(', ')}, all others 0`,
    );
    expect(rows.slice(1).map(([, written]) => written)).toEqual([`${backOff / 1000}s`, `${maxBackOff / 60_000}m`]);
  });

  it('has every class of failure', () => {
    for (const failure of core.FAILURE_CLASSES) expect(reference).toContain(`| \`${failure}\` `);
  });

  it('has every field of parameters, with the types that take it', () => {
    const kinds = shapeOf(parameterSchema).oneOf!;
    const expected = new Map<string, string[]>();
    for (const { properties } of kinds) {
      for (const name of Object.keys(properties)) {
        expected.set(name, [...(expected.get(name) ?? []), properties['type']!.const!]);
      }
    }
    const rows = tableUnder(reference, '## space');
    expect(rows.flatMap(([name = '']) => namesIn(name)).toSorted()).toEqual([...expected.keys()].toSorted());
    for (const [name = '', , types = ''] of rows) {
      const all = expected.get(namesIn(name)[0]!)!;
      expect([name, types === 'all' ? all.length : namesIn(types)]).toEqual([
        name,
        types === 'all' ? kinds.length : all,
      ]);
    }
  });

  it('has every searcher, backend and metric source', () => {
    const named = ['searchers', 'backends', 'metrics'].flatMap((heading) =>
      tableUnder(reference, `## ${heading}`).flatMap(([name = '']) => namesIn(name)),
    );
    // A function cannot be written in YAML; Docker and Slurm are not searched here.
    const expected = [...plugins.keys(), 'docker', 'slurm'].filter((name) => name !== 'in-process');
    expect(named.toSorted()).toEqual(expected.toSorted());
  });

  it.each(['grid', 'sobol', 'prior', 'warm-start', 'repeat', 'limit', 'local', 'regex'])(
    'has every option of %s',
    (name) => {
      expectFields(tableUnder(reference, `### ${name}`), optionsOf(name));
    },
  );
});

describe('the options in the READMEs', () => {
  it.each([
    ['searcher-bayes', ['bayes'], '## Options'],
    ['searcher-process', ['process'], '## Options'],
    [
      'searcher-asha',
      ['asha', 'hyperband', 'adaptive', 'pasha', 'successive-halving', 'median-stopping', 'curve-stopping'],
      '## Options',
    ],
  ])('of %s are those of the code', (folder, names, heading) => {
    const written = tableUnder(page(`packages/${folder}/README.md`), heading).flatMap(([name = '']) => namesIn(name));
    const known = new Set(names.flatMap((name) => Object.keys(optionsOf(name).properties)));
    expect(written.toSorted()).toEqual([...known].toSorted());
  });
});

describe('the lists of names', () => {
  const firstNames = (rows: readonly (readonly string[])[]): string[] => rows.flatMap(([name = '']) => namesIn(name));

  it('of events is complete', () => {
    const written = firstNames(tableUnder(page('docs/guide/10-your-own-stack.md'), '## Listen to events'));
    expect(written.toSorted()).toEqual(STUDY_EVENT_TYPES.toSorted());
  });

  it('of commands is complete', () => {
    const { commands } = commandLine('0.0.0', processIo(), false, () => undefined);
    const written = firstNames(tableUnder(page('packages/cli/README.md'), '## Commands'));
    expect(written.map((text) => text.split(' ')[1])).toEqual(commands.map((command) => command.name()));
  });

  it('of decisions is complete', () => {
    const links = Array.from(page('docs/adr/README.md').matchAll(/\((\d{4}-[^)]+\.md)\)/g), ([, file]) => file);
    const titles = Array.from(page('docs/adr/README.md').matchAll(/^- \[(.+)\]\(/gm), ([, title]) => title);
    expect(links).toEqual(globSync('0*.md', { cwd: join(ROOT, 'docs/adr') }).toSorted());
    expect(links.map((file) => /^# (.+)/.exec(page(`docs/adr/${file}`))?.[1])).toEqual(titles);
  });
});
