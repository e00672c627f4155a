import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createStudy, FettleError, isPlugin, parseSearchSpace, random } from '@fettle/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadBackend, loadStudy } from '../src/study-file/load.ts';

const PLUGINS = fileURLToPath(new URL('fixtures/plugins/', import.meta.url));
const CORE = new URL('../../core/src/index.ts', import.meta.url).href;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-study-file-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A study file in which some lines are replaced, added, or (with `undefined`) left out. */
function study(changes: { readonly [key: string]: string | undefined } = {}): string {
  const lines: { [key: string]: string | undefined } = {
    name: 'digits',
    command: '[node, train.js, --rate, "{rate}"]',
    space: '{ rate: { type: float, min: 1e-4, max: 1, scale: log }, size: { type: int, min: 1, max: 8 } }',
    objective: '{ metric: accuracy, goal: maximize }',
    searcher: 'random',
    ...changes,
  };
  return Object.entries(lines)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}\n`]))
    .join('');
}

async function load(text: string, name = 'study.yaml') {
  writeFileSync(join(folder, name), text);
  return await loadStudy(join(folder, name));
}

/** Everything that is wrong with a text, as it is said. */
async function problems(text: string, name?: string): Promise<string> {
  try {
    await load(text, name);
  } catch (thrown) {
    if (thrown instanceof FettleError && thrown.code === 'study-file-invalid') return thrown.message;
    throw thrown;
  }
  return 'none';
}

describe('a study file', () => {
  test('becomes the options of a study', async () => {
    const options = await load(
      study({
        command: '[node, train.js, --rate, "{rate}", --momentum, 1e-3, --nesterov, true]',
        searcher: '{ type: sobol }',
        backend: '{ type: local, workers: 2 }',
        budget: '{ trials: 60, wallClock: 10m, any: [{ resource: 3 }] }',
        metrics: '{ type: regex, metrics: [{ name: accuracy, regex: "acc=(.*)" }] }',
        environment: '{ THREADS: 4, MODE: on }',
        retry: '{ limits: { oom: 2 }, backOff: 5s }',
        timeLimit: '1h30m',
        first: '[{ rate: 0.1, size: 2 }]',
        seed: '7',
        resumable: 'true',
      }),
    );
    expect(options).toMatchObject({
      name: 'digits',
      // Words of the command stay exactly as they are written.
      command: ['node', 'train.js', '--rate', '{rate}', '--momentum', '1e-3', '--nesterov', 'true'],
      workingDirectory: folder,
      budget: { trials: 60, wallClock: 600_000, any: [{ resource: 3 }] },
      environment: { THREADS: '4', MODE: 'on' },
      retry: { limits: { oom: 2 }, backOff: 5000 },
      timeLimit: 5_400_000,
      first: [{ rate: 0.1, size: 2 }],
      seed: 7,
      resumable: true,
    });
    expect(options.space.names).toEqual(['rate', 'size']);
    expect(isPlugin(options.searcher, 'sampler')).toBe(true);
    expect(options.backend?.record).toMatchObject({ type: 'local', options: { workers: 2 } });
    expect(options.metrics?.map((source) => source.record.type)).toEqual(['regex']);
  });

  test('may be JSON, indented with tabs', async () => {
    const value = {
      name: 'digits',
      command: ['node', 'train.js', '{rate}'],
      space: { rate: { type: 'float', min: 0, max: 1 } },
      objective: { metric: 'loss', goal: 'minimize' },
      searcher: { type: 'random' },
    };
    const text = JSON.stringify(value, null, '\t');
    expect((await load(text, 'study.json')).name).toBe('digits');
    expect(await problems(text.replace('"name"', '"nam"'), 'study.json')).toContain(
      `study.json:2:2: nam: is not known`,
    );
  });

  test('may be a module whose default export holds the options', async () => {
    const file = join(PLUGINS, '..', 'module-study.ts');
    const options = await loadStudy(file, { workers: 3, trials: 9, wallClock: 1000 });
    expect(options).toMatchObject({ name: 'from-module', budget: { failures: 2, trials: 9, wallClock: 1000 } });
    expect(options.backend?.record).toMatchObject({ type: 'in-process', options: { workers: 3 } });
  });

  test('is overruled by the command line', async () => {
    writeFileSync(join(folder, 'study.yaml'), study({ budget: '{ trials: 5, failures: 2 }' }));
    const options = await loadStudy(join(folder, 'study.yaml'), { workers: 3, trials: 50 });
    expect(options.backend?.record).toMatchObject({ type: 'local', options: { workers: 3 } });
    expect(options.budget).toEqual({ trials: 50, failures: 2 });
  });
});

describe('what is wrong in a study file is said with its line, its value and what to do', () => {
  test.each<[string, { readonly [key: string]: string | undefined }, string[]]>([
    ['an unknown key', { budgt: '{ trials: 3 }' }, ["study.yaml:6:1: budgt: is not known\n    Did you mean 'budget'?"]],
    [
      'an unknown key further in',
      { budget: '{ trails: 3 }' },
      ["study.yaml:6:11: budget.trails: is not known\n    Did you mean 'trials'?"],
    ],
    ['a key that nothing is like', { zzzz: '1' }, ['zzzz: is not known\n    Known here: $schema, name, command,']],
    ['a missing key', { objective: undefined }, ['objective: is missing; expected a map']],
    ['a wrong type', { seed: 'seven' }, ['study.yaml:6:7: seed: expected a number, not "seven"']],
    ['a fraction', { seed: '1.5' }, ['seed: expected a whole number, not 1.5']],
    [
      'a wrong word',
      { objective: '{ metric: loss, goal: minimise }' },
      [
        'study.yaml:4:34: objective.goal: expected one of minimize, maximize, not "minimise"\n    Did you mean \'minimize\'?',
      ],
    ],
    [
      'a number for a duration',
      { timeLimit: '10' },
      ["timeLimit: expected a duration with its unit, such as '90s', '10m' or '1h30m', not 10"],
    ],
    ['a duration in words', { grace: 'ten minutes' }, ['not "ten minutes"']],
    [
      'a command that is a text',
      { command: 'node train.js' },
      ['study.yaml:2:10: command: expected a list, not "node train.js"\n    Write it as a list'],
    ],
    [
      'a template without quotes',
      { command: '[node, {rate}]' },
      [
        'study.yaml:2:17: command[1]: expected a text, not {"rate":null}\n    In YAML, {name} is a map; put it in quotes',
      ],
    ],
    [
      'a template that names no parameter',
      { command: '[node, "{ratte}"]' },
      [
        "study.yaml:2:17: command[1]: '{ratte}' uses {ratte}, which is not a parameter",
        'Names there are: {rate}, {size}, {resource}',
      ],
    ],
    [
      'a template that is never closed',
      { command: '[node, "{rate"]' },
      ["command[1]: '{rate' has a '{' that is never closed; write '{{' for the character itself"],
    ],
    [
      'min above max',
      { space: '{ a: { type: float, min: 2, max: 1 } }', command: '[node]' },
      ['study.yaml:3:33: space.a.min: 2 is above max 1'],
    ],
    [
      'a logarithm of 0',
      { space: '{ a: { type: float, min: 0, max: 1, scale: log } }', command: '[node]' },
      ['study.yaml:3:33: space.a.min: 0 must be above 0 on a log scale'],
    ],
    [
      'a bound that is missing',
      { space: '{ a: { type: float, min: 0 } }', command: '[node]' },
      ['study.yaml:3:10: space.a.max: is missing; it must be a finite number'],
    ],
    [
      'a condition on a missing parent',
      {
        space: '{ a: { type: int, min: 1, max: 2, when: { knid: x } }, kind: { type: categorical, values: [x, y] } }',
        command: '[node]',
      },
      ["study.yaml:3:50: space.a.when.knid: there is no parameter of this name\n    Did you mean 'kind'?"],
    ],
    [
      'an unknown key of a parameter',
      { space: '{ a: { type: int, min: 1, max: 2, scal: log } }', command: '[node]' },
      ["study.yaml:3:42: space.a.scal: is not known\n    Did you mean 'scale'?"],
    ],
    [
      'an unknown type of parameter',
      { space: '{ a: { type: flaot, min: 1, max: 2 } }', command: '[node]' },
      [
        "study.yaml:3:21: space.a.type: must be float, int, categorical, ordinal or constant, got 'flaot'\n    Did you mean 'float'?",
      ],
    ],
    ['an empty space', { space: '{}', command: '[node]' }, ['study.yaml:3:8: space: it has no parameters']],
    [
      'a forbidden value that is none',
      { forbidden: '[{ size: 99 }]' },
      ['study.yaml:6:21: forbidden[0].size: must be an integer from 1 to 8, got 99'],
    ],
    [
      'a first configuration outside the space',
      { first: '[{ rate: 3, size: 1 }]' },
      ["study.yaml:6:9: first[0]: 'rate' must lie from 0.0001 to 1, got 3"],
    ],
    [
      'an objective that no metric source reads',
      { metrics: '{ type: regex, metrics: [{ name: loss, regex: "loss=(.*)" }] }' },
      [
        "study.yaml:6:10: metrics: The metric source 'regex' has no regular expression for 'accuracy'",
        'Add { name: accuracy, regex: … }',
      ],
    ],
    [
      'a pattern without a group',
      { metrics: '[jsonl, { type: regex, metrics: [{ name: accuracy, regex: "x" }] }]' },
      ["study.yaml:6:68: metrics[1].metrics[0].regex: 'x' has no group"],
    ],
    [
      'an unknown searcher',
      { searcher: '{ type: randm }' },
      ["study.yaml:5:19: searcher.type: no searcher is called 'randm'", "Did you mean 'random'?", 'npm install randm'],
    ],
    [
      'an unknown backend',
      { backend: 'kubernetes' },
      ['backend: ', "no backend is called 'kubernetes'", 'local, docker, slurm. ', 'npm install kubernetes'],
    ],
    [
      'an option that the searcher does not have',
      { searcher: '{ type: random, sed: 1 }' },
      ['study.yaml:5:27: searcher.sed: is not known'],
    ],
    [
      'an option of the backend with a wrong type',
      { backend: '{ type: local, workers: two }' },
      ['study.yaml:6:34: backend.workers: expected a number, not "two"'],
    ],
    ['a backend where a searcher is wanted', { searcher: 'local' }, ["no searcher is called 'local'"]],
  ])('%s', async (_, changes, expected) => {
    const text = await problems(study(changes));
    for (const part of expected) expect(text).toContain(part);
  });

  test('a key that is written twice, with both places', async () => {
    const text = await problems(`${study()}name: other\n`);
    expect(text).toContain("study.yaml:6:1: name: 'name' is written twice: here and at line 1, column 1");
  });

  test('text that is no YAML', async () => {
    expect(await problems('name: [a\ncommand: b')).toMatch(
      /^study\.yaml has a problem:\nstudy\.yaml:2:1: this is not valid YAML/,
    );
  });

  test('an empty file', async () => {
    expect(await problems('')).toContain('study.yaml:1:1: ');
  });

  test('everything at once, in the order of the file', async () => {
    const text = await problems(
      study({
        name: 'a b',
        space: '{ rate: { type: float, min: 2, max: 1 } }',
        searcher: 'randm',
        seed: '-1',
        zzzz: '1',
      }),
    );
    const lines = [...text.matchAll(/^study\.yaml:(\d+)/gm)].map(([, line]) => Number(line));
    expect(lines).toEqual([1, 3, 5, 6, 7]);
  });
});

describe('plugins of a study file', () => {
  const reference = (name: string): string => JSON.stringify(join(PLUGINS, name));

  test('a file, with a plugin inside its options', async () => {
    const options = await load(
      study({ searcher: `{ type: ${reference('wrapper.ts')}, size: 2, sampler: { type: random } }` }),
    );
    expect(options.searcher.record).toEqual({
      type: 'wrapper',
      version: '1.0.0',
      options: { size: 2, sampler: { type: 'random', version: expect.any(String) as string, options: {} } },
    });
  });

  test('what is wrong inside the inner plugin has its own place', async () => {
    const text = await problems(
      study({ searcher: `{ type: ${reference('wrapper.ts')}, size: 0, sampler: { type: rndom } }` }),
    );
    expect(text).toContain('searcher.size: expected at least 1, not 0');
    expect(text).toContain("searcher.sampler.type: no sampler is called 'rndom'");
    expect(text).not.toContain('expected a sampler');
  });

  test('what the inner plugin needs of the study is said with its place, among everything else', async () => {
    const searcher = `{ type: ${reference('wrapper.ts')}, size: 2, sampler: { type: ${reference('needy.ts')} } }`;
    const text = await problems(study({ searcher, timeLimit: 'soon' }));
    expect(text).toMatch(/^study\.yaml has problems:/);
    expect(text).toMatch(
      /study\.yaml:5:\d+: searcher\.sampler: the sampler 'needy' needs multi-node, which this study/,
    );
    expect(text).toMatch(/searcher\.sampler: the sampler 'needy' needs resume[^]*Set `resumable: true` if the program/);
    expect(text).toContain('timeLimit');
    const better = await problems(study({ searcher, resumable: 'true' }));
    expect(better).toMatch(/^study\.yaml has a problem:[^]*multi-node/);
    // Whether another backend would do is not known as long as it is not known.
    expect(await problems(study({ searcher, backend: 'nowhere' }))).not.toContain('needy');
  });

  test('a plugin for another version of the contract', async () => {
    const text = await problems(study({ searcher: `{ type: ${reference('old-searcher.ts')} }` }));
    expect(text).toContain(
      "The searcher 'old' 1.2.3 was written for version 0 of the plugin contract; this is version 1.",
    );
    expect(text).toContain('Install a newer version of the plugin.');
  });

  test('a module that fails', async () => {
    expect(await problems(study({ searcher: `{ type: ${reference('broken.ts')} }` }))).toContain(
      'this module fails on purpose',
    );
  });

  test('a module of the wrong kind', async () => {
    const text = await problems(study({ backend: `{ type: ${reference('wrapper.ts')} }` }));
    expect(text).toContain("is no backend: it holds the searcher 'wrapper'");
  });

  test('a file that is not there', async () => {
    expect(await problems(study({ searcher: './nowhere.ts' }))).toContain("the file './nowhere.ts' does not exist");
  });

  describe('from npm packages beside the study', () => {
    beforeAll(() => {
      const add = (name: string, manifest: object, code: string): void => {
        const home = join(folder, 'node_modules', name);
        mkdirSync(home, { recursive: true });
        writeFileSync(
          join(home, 'package.json'),
          JSON.stringify({ name, version: '1.0.0', type: 'module', ...manifest }),
        );
        writeFileSync(join(home, 'index.js'), code);
      };
      // They bring a core of their own, as two installed packages may.
      const define = (name: string): string =>
        `defineSampler({ name: '${name}', version: '2.0.0', apiVersion: API_VERSION, options: random.definition.options, create: random.definition.create })`;
      const head = `import { API_VERSION, defineSampler, random } from '${CORE}';\n`;
      add(
        'fettle-one',
        { exports: { '.': { import: './index.js' } } },
        `${head}export const one = ${define('fettle-one')};`,
      );
      add(
        '@acme/two',
        { main: 'index.js' },
        `${head}export const a = ${define('a')};\nexport const b = ${define('b')};`,
      );
      add('fettle-none', { exports: './index.js' }, 'export const one = 1;');
      add('fettle-closed', { exports: { './inner': './index.js' } }, '');
    });

    test('one plugin needs no name', async () => {
      expect((await load(study({ searcher: 'fettle-one' }))).searcher.record).toMatchObject({
        type: 'fettle-one',
        version: '2.0.0',
      });
    });

    test('of several, one is named', async () => {
      expect((await load(study({ searcher: '"@acme/two#b"' }))).searcher.record.type).toBe('b');
      expect(await problems(study({ searcher: '"@acme/two"' }))).toContain(
        "'@acme/two' holds several: 'a', 'b'\n    Say which one: @acme/two#a.",
      );
      expect(await problems(study({ searcher: '"@acme/two#c"' }))).toContain("'@acme/two' has no searcher 'c'");
    });

    test('a package without plugins', async () => {
      expect(await problems(study({ searcher: 'fettle-none' }))).toContain(
        "'fettle-none' exports no plugin\n    Export what defineSearcher(...) returns.",
      );
    });

    test('a package that does not export what is named', async () => {
      expect(await problems(study({ searcher: 'fettle-closed' }))).toContain(
        "the package 'fettle-closed' does not export it",
      );
    });
  });
});

describe('the backend alone', () => {
  const backendOf = async (text: string): ReturnType<typeof loadBackend> => {
    writeFileSync(join(folder, 'alone.yaml'), text);
    return await loadBackend(join(folder, 'alone.yaml'));
  };

  test('is made whatever stands beside it', async () => {
    const broken = study({
      searcher: 'no-such-searcher',
      space: '{ rate: 3 }',
      backend: '{ type: local, workers: 2 }',
    });
    expect((await backendOf(broken))?.record).toMatchObject({ type: 'local', options: { workers: 2 } });
    expect(await backendOf(study())).toBeUndefined();
  });

  test('is refused with its line', async () => {
    await expect(backendOf(study({ backend: '{ type: local, workres: 2 }' }))).rejects.toThrow(
      "alone.yaml has a problem:\nalone.yaml:6:25: backend.workres: is not known\n    Did you mean 'workers'?",
    );
    await expect(backendOf(study({ backend: '3' }))).rejects.toThrow('alone.yaml:6:10: backend: expected the name');
    await expect(backendOf('backend: [')).rejects.toThrow('this is not valid YAML');
  });
});

describe('searchers around searchers', () => {
  test('nest, and take a sampler where a searcher is wanted', async () => {
    const { searcher } = await load(
      study({ searcher: '{ type: repeat, times: 3, searcher: { type: limit, concurrency: 2, searcher: sobol } }' }),
    );
    expect(searcher.record).toMatchObject({
      type: 'repeat',
      options: { times: 3, searcher: { type: 'limit', options: { concurrency: 2, searcher: { type: 'sobol' } } } },
    });
    const guessed = '{ type: prior, guesses: { rate: 0.01, size: { value: 4, confidence: 0.8 } }, sampler: sobol }';
    await expect(load(study({ searcher: guessed }))).resolves.toMatchObject({
      searcher: { record: { type: 'prior' } },
    });
  });

  test('warm-start reads the studies that a file names, and says at the line which is not there', async () => {
    const home = join(folder, 'elsewhere', '.fettle', 'old');
    const old = await createStudy({
      name: 'old',
      space: parseSearchSpace({ rate: { type: 'float', min: 0.01, max: 1 } }),
      objective: { metric: 'accuracy', goal: 'maximize' },
      evaluate: ({ configuration: { rate } }) => Number(rate),
      searcher: random(),
      budget: { trials: 3 },
      directory: home,
    });
    await old.run();
    for (const named of ['elsewhere', 'elsewhere/.fettle/old', 'elsewhere/.fettle/old/study.db']) {
      const { searcher } = await load(study({ searcher: `{ type: warm-start, studies: [${named}], sampler: sobol }` }));
      const { studies } = searcher.record.options as { studies: readonly { name: string; trials: unknown[] }[] };
      expect(studies).toMatchObject([{ name: 'old', metric: 'accuracy' }]);
      expect(studies[0]?.trials).toHaveLength(3);
    }
    const missing = await problems(study({ searcher: '{ type: warm-start, studies: [nowhere] }' }));
    expect(missing).toMatch(/study\.yaml:5.*There is no 'nowhere'/s);
    expect(await problems(study({ searcher: '{ type: warm-start, studies: [3] }' }))).toContain('readPastStudy');
  });
});

describe('what somebody writes who does not know the form yet', () => {
  test('is answered with an example', async () => {
    expect(await problems(study({ budget: '50' }))).toContain(
      'budget: expected a map, not 50\n    Such as budget: { trials: 50 }',
    );
    expect(await problems(study({ objective: undefined }))).toContain(
      'objective: is missing; expected a map\n    Such as objective: { metric: loss, goal: minimize }.',
    );
    expect(await problems(study({ backend: '{ workers: 2 }' }))).toContain(
      'Such as backend: { type: local, workers: 2 }.',
    );
    expect(await problems(study({ name: '007' }))).toContain(
      'name: expected a text, not 7\n    In YAML, put it in quotes',
    );
    expect(await problems('')).toContain('there is nothing in it\n    Write it, or have it written');
  });
});
