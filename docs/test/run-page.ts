import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { type Block, commandsOf } from './page.ts';

const DOCS = join(import.meta.dirname, '..');
const FETTLE = join(DOCS, '../packages/cli/bin/fettle.js');
/** For one block, in milliseconds. */
const PATIENCE = 120_000;

/** A study that fragments of study files are put into. */
const STUDY = {
  name: 'fragment',
  command: ['echo', '{learningRate}'],
  space: {
    learningRate: { type: 'float', min: 1e-4, max: 1, scale: 'log' },
    width: { type: 'int', min: 8, max: 256 },
    memory: { type: 'int', min: 1, max: 64 },
    rate: { type: 'float', min: 0, max: 1 },
  },
  objective: { metric: 'loss', goal: 'minimize' },
  searcher: 'random',
  budget: { trials: 10 },
  resumable: true,
};

/** What is wrong with a block. */
class BlockFailure extends Error {}

/**
 * Does what a page says, in a folder of its own: files are written, studies planned, commands run, TypeScript and JavaScript run.
 * @param folder an empty one
 * @param environment what the place of the page needs, beyond this process's own
 * @throws BlockFailure with the line of the block
 */
export async function runPage(
  blocks: readonly Block[],
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'fettle'), `#!/bin/sh\nexec '${process.execPath}' '${FETTLE}' "$@"\n`);
  chmodSync(join(bin, 'fettle'), 0o755);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  // Tests in a page run on the sources.
  const conditions = "['@fettle/source', 'module', 'node', 'development|production']";
  writeFileSync(
    join(folder, 'vitest.config.js'),
    `export default { resolve: { conditions: ${conditions} }, ssr: { resolve: { conditions: ${conditions} } } };\n`,
  );
  symlinkSync(join(DOCS, 'node_modules'), join(folder, 'node_modules'));
  const run = async (block: Block, program: string, ...args: readonly string[]): Promise<void> => {
    const env = {
      ...process.env,
      ...environment,
      PATH: `${bin}:${process.env['PATH']}`,
      NO_COLOR: '1',
      // Modules of a page run on the sources, as its tests do.
      NODE_OPTIONS: '--conditions=@fettle/source',
    };
    try {
      await promisify(execFile)(program, [...args], { cwd: folder, env, timeout: PATIENCE, maxBuffer: 2 ** 26 });
    } catch (thrown) {
      const { message, stdout, stderr } = thrown as Error & { stdout?: string; stderr?: string };
      throw new BlockFailure(`line ${block.line}: ${message}\n${stdout ?? ''}${stderr ?? ''}`);
    }
  };
  for (const [index, block] of blocks.entries()) {
    if (block.notRun !== undefined || block.language === '') continue;
    // oxlint-disable-next-line no-await-in-loop -- A page is read from top to bottom.
    await follow(block, index, folder, (program, ...args) => run(block, program, ...args));
  }
}

async function follow(
  block: Block,
  index: number,
  folder: string,
  run: (program: string, ...args: readonly string[]) => Promise<void>,
): Promise<void> {
  const { language, text, file, line } = block;
  const write = (name: string, content = text): string => {
    writeFileSync(join(folder, name), content);
    if (content.startsWith('#!')) chmodSync(join(folder, name), 0o755);
    return name;
  };
  switch (language) {
    case 'yaml': {
      const content = parse(text) as Readonly<Record<string, unknown>>;
      // What has a command and a space is a study; anything else is put into one.
      const isWhole = 'command' in content && 'space' in content;
      const name = isWhole
        ? write(file ?? 'study.yaml')
        : write(`fragment-${index}.yaml`, stringify({ ...STUDY, ...content }));
      if (isWhole || Object.keys(content).some((key) => key in STUDY || key === 'metrics' || key === 'backend')) {
        await run('fettle', 'plan', name);
      }
      return;
    }
    case 'ts':
    case 'js': {
      const name = write(file ?? `block-${index}.${language}`);
      // A file with a name is used further down.
      if (file === undefined) await run(process.execPath, '-C', '@fettle/source', name);
      return;
    }
    case 'python':
      await run('python3', '-m', 'py_compile', write(file ?? `block-${index}.py`));
      return;
    case 'sh':
      if (file === undefined) await run('bash', '-euo', 'pipefail', '-c', text);
      else await run('sh', '-n', write(file));
      return;
    case 'console':
      await run('bash', '-euo', 'pipefail', '-c', commandsOf(text));
      return;
    case 'json':
      JSON.parse(text);
      if (file !== undefined) write(file);
      return;
    default:
      throw new BlockFailure(`line ${line}: nobody can run '${language}': say why above it, <!-- not run: … -->`);
  }
}
