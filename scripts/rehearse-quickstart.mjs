// The quickstart of the README, word for word, with nothing but the packed packages, on each release of Node from an empty
// folder; then a study that is begun on the oldest goes on on the newest. Each must come to the decisions of all others.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf } from '../docs/test/page.ts';
import { cleanRoom, show } from './clean-room.mjs';
import { installNode, NODE_RELEASES } from './node-releases.mjs';

/**
 * @param {string} registry the address of one that has the packed packages
 * @param {string} folder an empty one
 * @returns {Promise<string>} where `@fettle/cli` is installed, with the Node that this workspace brings
 */
export async function rehearseQuickstart(registry, folder) {
  const blocks = blocksOf(readFileSync('README.md', 'utf8'));
  const find = (what, matches) => {
    const block = blocks.find((each) => each.notRun === undefined && matches(each));
    if (block === undefined) throw new Error(`README.md has no longer ${what}`);
    return block.text;
  };
  const program = find('train.py', ({ file }) => file === 'train.py');
  const study = find('study.yaml', ({ file }) => file === 'study.yaml');
  const commands = find(
    'the commands of its study',
    ({ language, text }) => language === 'sh' && /^fettle run/m.test(text),
  );
  const code = find('a study in TypeScript', ({ language, text }) => language === 'ts' && text.includes('createStudy'));

  const homes = [];
  for (const release of NODE_RELEASES) {
    const home = join(folder, `node-${release.node}`);
    mkdirSync(home);
    const { path } = installNode(join(folder, 'releases', release.node), release);
    const run = cleanRoom(folder, [...path, join(home, 'node_modules', '.bin')]);
    writeFileSync(join(home, '.npmrc'), `@fettle:registry=${registry}\n`);
    show(`Node ${await run(home, 'node', '--version')}`, new RegExp(`v${release.node}`));
    show(await run(home, 'npm', '--version'), new RegExp(`^${release.npm}`));
    await run(home, 'npm', 'install', '--no-audit', '@fettle/cli');

    writeFileSync(join(home, 'train.py'), program);
    writeFileSync(join(home, 'study.yaml'), study);
    await run(home, 'bash', '-euo', 'pipefail', '-c', commands);
    show(await run(home, 'fettle', 'status'), /\d+ completed/);
    writeFileSync(join(home, 'quickstart.ts'), code);
    const printed = await run(home, 'node', 'quickstart.ts');
    show(printed, /.+/);
    show(await run(home, 'fettle', 'best', '--json'), /"value":.+/);
    homes.push({ home, run, printed });
  }
  const [oldest, newest] = [homes[0], homes.at(-1)];
  for (const { home, printed } of homes) {
    if (printed !== oldest.printed) throw new Error(`${home} came to another end: ${printed}\n${oldest.printed}`);
  }

  // Budgets are totals: with a larger one the finished study goes on, here with another Node and another SQLite binding.
  const trials = Number(/trials: (\d+)/.exec(study)?.[1]) + 5;
  writeFileSync(join(oldest.home, 'study.yaml'), study.replace(/trials: \d+/, `trials: ${trials}`));
  await newest.run(oldest.home, 'fettle', 'run', '--plain');
  show(await newest.run(oldest.home, 'fettle', 'status'), new RegExp(`${trials} completed`));

  // Trials end in another order each time where several run at once, so it is the decisions that are compared, not the trials.
  for (const { home } of homes) for (const { run } of homes) show(await run(home, 'fettle', 'replay'), /✓.+/);
  return homes.find(({ home }) => home.endsWith(process.versions.node))?.home ?? newest.home;
}
