// From an empty folder and the packed packages to a searcher of one's own, published and installed: `fettle create`, ten lines
// edited, the contract suite green, a study run with it.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanRoom, show } from './clean-room.mjs';

/** The edit: from steps in all parameters at once to steps in one, and never further than half of the range. */
const EDIT = [
  [
    'Local search: tries a configuration near the best one so far, and',
    'Coordinate search: changes one parameter of the best configuration so far. It',
  ],
  ["offer.random('local search')", "offer.random('coordinate search')"],
  ['.max(1)\n      .default(0.2)', '.max(0.5)\n      .default(0.1)'],
  ['Math.min(1, Math.max(1e-4,', 'Math.min(0.5, Math.max(1e-4,'],
  [
    '  const point = space.toUnit(centre).map((coordinate) => {',
    '  const point = space.toUnit(centre);\n  const chosen = random.integer(point.length);',
  ],
  [
    '    const moved = coordinate + radius * random.normal();\n',
    '  const moved = (point[chosen] ?? 0.5) + radius * random.normal();\n',
  ],
  ['    return Math.min(1, Math.max(0, moved));\n  });', '  point[chosen] = Math.min(1, Math.max(0, moved));'],
];

/**
 * @param {string} registry the address of one that has the packed packages
 * @param {string} folder an empty one
 */
export async function rehearseCreate(registry, folder) {
  const run = cleanRoom(folder);
  const fettle = (cwd, ...args) => run(cwd, 'npx', '--no-install', 'fettle', ...args);
  writeFileSync(join(folder, '.npmrc'), `@fettle:registry=${registry}\n`);
  await run(folder, 'npm', 'install', '--no-audit', '@fettle/cli');
  await fettle(folder, 'create', 'searcher', 'my-searcher');
  const mine = join(folder, 'my-searcher');
  writeFileSync(join(mine, '.npmrc'), `@fettle:registry=${registry}\n`);
  await run(mine, 'npm', 'install', '--no-audit');

  const source = join(mine, 'src', 'index.ts');
  let text = readFileSync(source, 'utf8');
  for (const [before, after] of EDIT) {
    if (!text.includes(before)) throw new Error(`the template has no longer the text to edit: ${before}`);
    text = text.replace(before, after);
  }
  writeFileSync(source, text);
  console.log('  src/index.ts: ten lines edited');
  show(await run(mine, 'npm', 'test'), /Tests +\d+ passed.*/);
  await run(mine, 'npm', 'run', 'check');
  await fettle(mine, 'run', 'example/study.yaml', '--plain');
  show(await fettle(mine, 'best', 'example/study.yaml', '--json'), /"value": ?0\.[1-9]\d*/);
  show(await fettle(mine, 'replay', 'example/study.yaml'), /.+/);

  // Published, it is installed beside a study and named there.
  await run(mine, 'npm', 'pack', '--pack-destination', folder);
  const user = join(folder, 'user');
  mkdirSync(user);
  writeFileSync(join(user, '.npmrc'), `@fettle:registry=${registry}\n`);
  await run(user, 'npm', 'install', '--no-audit', '@fettle/cli', join(folder, 'my-searcher-0.1.0.tgz'));
  const study = readFileSync(join(mine, 'example', 'study.yaml'), 'utf8').replace('../src/index.ts', 'my-searcher');
  writeFileSync(join(user, 'study.yaml'), study);
  writeFileSync(join(user, 'program.js'), readFileSync(join(mine, 'example', 'program.js')));
  await fettle(user, 'run', '--plain');
  show(await fettle(user, 'status'), /.+/);

  // The other kinds, and plain JavaScript; they need nothing that the first has not installed. Their contract suites are
  // run by this workspace's own tests.
  for (const [kind, language] of [
    ['sampler', 'js'],
    ['backend', 'ts'],
    ['metric-source', 'js'],
  ]) {
    const name = `my-${kind}`;
    await fettle(folder, 'create', kind, `@me/${name}`, '--language', language);
    const other = join(folder, name);
    symlinkSync(join(mine, 'node_modules'), join(other, 'node_modules'));
    await run(other, 'npm', 'run', 'check');
    await fettle(other, 'run', 'example/study.yaml', '--plain');
    await run(other, 'npm', 'pack');
    const packed = readdirSync(join(other, 'dist')).toSorted().join(' ');
    if (packed !== (language === 'ts' ? 'index.d.ts index.js' : 'index.d.ts')) throw new Error(`built: ${packed}`);
  }
}
