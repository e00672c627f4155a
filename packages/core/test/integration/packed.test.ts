import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PACKAGE = resolve(import.meta.dirname, '../..');
const SOURCE = join(PACKAGE, 'test/fixtures/third-party/searcher.js');
const PNPM = ['-y', 'pnpm@12.21.0'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-third-party-'));
  execFileSync('npx', ['tsc', '-b', PACKAGE], { cwd: PACKAGE });
  execFileSync('npx', [...PNPM, 'pack', '--pack-destination', folder], { cwd: PACKAGE, stdio: 'ignore' });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
  const { vitest, zod } = catalog();
  const manifest = { name: 'third-party', private: true, type: 'module' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  execFileSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--prefer-offline', `./${tarball}`, `vitest@${vitest}`, `zod@${zod}`],
    {
      cwd: folder,
      stdio: 'ignore',
    },
  );
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The versions this repository is tested with. */
function catalog(): { readonly vitest: string; readonly zod: string } {
  const text = readFileSync(join(PACKAGE, '../../pnpm-workspace.yaml'), 'utf8');
  const version = (name: string): string => new RegExp(`^ {2}${name}: (\\S+)`, 'm').exec(text)?.[1] ?? 'latest';
  return { vitest: version('vitest'), zod: version('zod') };
}

/** Runs the contract suite on the searcher, or on a variant of it with one thing changed. */
function runSuite(change?: readonly [from: string, to: string]): { readonly passed: boolean; readonly output: string } {
  const original = readFileSync(SOURCE, 'utf8');
  const text = change === undefined ? original : original.replace(...change);
  if (change !== undefined) expect(text).not.toBe(original);
  writeFileSync(join(folder, 'searcher.js'), text);
  writeFileSync(
    join(folder, 'searcher.test.js'),
    [
      "import { describeSearcher } from '@fettle/core/testing';",
      "import { nearTheBest } from './searcher.js';",
      "describeSearcher('near the best', () => nearTheBest({ radius: 0.05 }));",
    ].join('\n'),
  );
  const { status, stdout, stderr } = spawnSync('npx', ['vitest', 'run', '--no-color'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { passed: status === 0, output: stdout + stderr };
}

/** One thing wrong with it, and the words that must name it. */
const BROKEN: readonly [what: string, from: string, to: string, message: RegExp][] = [
  [
    'remembers what it suggested',
    "return { kind: 'start', configuration, reason: exploit",
    "seen += 1; return { kind: 'start', configuration, reason: exploit",
    /asked twice with the same offer it answered|rebuilt from \d+ events/,
  ],
  [
    'rolls its own dice',
    'const stream = offer.random(',
    'const stream = { next: Math.random, normal: Math.random } ?? offer.random(',
    /Math\.random; use offer\.random/,
  ],
  [
    'leaves the space',
    'const configuration = space.fromUnit(point);',
    'const configuration = { x: 12 };',
    /outside the search space/,
  ],
  [
    'takes the metric as it is',
    'report() {',
    "report(_, { metrics }) {\n        if (metrics.loss > 0.5) return { kind: 'stop', reason: 'too high' };",
    /turned over is decided differently/,
  ],
  ['answers a report with nothing', "return { kind: 'continue' };", 'return undefined;', /not a decision/],
];

describe('a searcher written outside of the repository, against the packed package', () => {
  it('has less than 60 lines and keeps the contract', () => {
    expect(readFileSync(SOURCE, 'utf8').split('\n').length).toBeLessThan(60);
    const { passed, output } = runSuite();
    expect(passed, output).toBe(true);
  });

  it.each(BROKEN)('that %s fails with a message that says so', (_, from, to, message) => {
    const { passed, output } = runSuite([from, to]);
    expect(passed).toBe(false);
    expect(output).toMatch(message);
  });

  it('has types that a strict compiler takes as they are, with those of nobody else', () => {
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: 'es2023',
      lib: ['es2023', 'esnext.disposable', 'dom'],
      module: 'nodenext',
      types: [],
      skipLibCheck: false,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
    writeFileSync(
      join(folder, 'consumer.ts'),
      `import { createStudy, float, random, searchSpace } from '@fettle/core';
       const space = searchSpace({ x: float({ min: 0, max: 1 }) });
       const objective = { metric: 'loss', goal: 'minimize' } as const;
       const study = await createStudy({ name: 'a', space, objective, evaluate: () => 1, searcher: random() });
       export const x: number | undefined = (await study.run()).best?.configuration.x;`,
    );
    const { stdout } = spawnSync('npx', ['tsc', '-p', folder], { cwd: PACKAGE, encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  it('runs a study from the packed package in plain JavaScript', () => {
    cpSync(SOURCE, join(folder, 'searcher.js'));
    writeFileSync(
      join(folder, 'study.js'),
      `import { createStudy, float, searchSpace } from '@fettle/core';
       import { nearTheBest } from './searcher.js';
       const study = await createStudy({
         name: 'packed', directory: 'packed', seed: 1, budget: { trials: 40 },
         space: searchSpace({ x: float({ min: -5, max: 5 }), y: float({ min: -5, max: 5 }) }),
         objective: { metric: 'loss', goal: 'minimize' },
         evaluate: ({ configuration: { x, y } }) => x * x + y * y,
         searcher: nearTheBest({}),
       });
       const { best, summary } = await study.run();
       console.log(JSON.stringify({ value: best.value, completed: summary.counts.completed }));`,
    );
    const said = execFileSync(process.execPath, ['study.js'], { cwd: folder, encoding: 'utf8' });
    const { value, completed } = JSON.parse(said) as { value: number; completed: number };
    expect(completed).toBe(40);
    expect(value).toBeLessThan(2);
  });
});
