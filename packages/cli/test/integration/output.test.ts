import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../src/exit-codes.ts';
import { BIN, fettle, start, studyFolder } from './fettle.ts';

let folder: string;
beforeAll(async () => {
  folder = studyFolder();
  expect(await fettle(folder, 'run')).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the short commands', () => {
  /** Prints, when the process ends, the modules that it loaded, as the last lines of standard error. */
  const LISTING = `data:text/javascript,${encodeURIComponent(`
    import { writeSync } from 'node:fs';
    import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
    process.on('exit', () => writeSync(2, urls.join('\\n')));
  `)}`;

  async function modulesOf(...args: readonly string[]): Promise<readonly string[]> {
    const { code, stderr } = await start(folder, args, ['--import', LISTING]).finished;
    expect(code).toBe(0);
    return stderr.split('\n').filter((url) => url.startsWith('file:'));
  }

  /** Everything that takes long to load: the core as a whole, all plugins, and the libraries of both. */
  const HEAVY =
    /core\/src\/(?:index|study|engine|container|plugin|searchers)|\/(?:searcher|backend)-|\/(?:yaml|zod|tsyringe|reflect-metadata|eventemitter3)\//;

  test.each([['status'], ['best'], ['trials'], ['show', '1'], ['export'], ['stop']])(
    '%s loads nothing heavy',
    async (...args) => {
      const modules = await modulesOf(...args);
      expect(modules.filter((url) => HEAVY.test(url))).toEqual([]);
      expect(modules.some((url) => url.includes('better-sqlite3'))).toBe(true);
    },
  );

  test.each(['--help', '--version'])('%s loads no command and no database', async (flag) => {
    const modules = await modulesOf(flag);
    expect(modules.filter((url) => HEAVY.test(url) || /commands\/|better-sqlite3/.test(url))).toEqual([]);
    expect(modules.some((url) => url.endsWith('cli/src/main.ts'))).toBe(true);
  });
});

describe('output', () => {
  test('that cannot be written is said to be so, without a stack', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [BIN, 'status'], {
      cwd: folder,
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect({ status, stderr }).toEqual({
      status: EXIT.failure,
      stderr: expect.stringMatching(
        /^fettle: standard output: the disk is full \(ENOSPC, write\)\. \[file-inaccessible\]\n/,
      ) as string,
    });
  });

  test.each(['trials --json', 'export --journal', 'trials'])('of %s may be read in part', (command) => {
    // The reader is gone before anything is written.
    const script = `{ "$0" "$1" ${command}; echo "$?" >&3; } 3>&2 | true`;
    const { stderr } = spawnSync('sh', ['-c', script, process.execPath, BIN], { cwd: folder, encoding: 'utf8' });
    expect(stderr).toBe('0\n');
  });

  test('has no control characters where it is no terminal', async () => {
    for (const args of [['status'], ['trials'], ['show', '1'], ['explain', '1'], ['best', '--limit', '3'], ['plan']]) {
      // oxlint-disable-next-line no-await-in-loop -- One process at a time is enough.
      const { stdout, stderr } = await start(folder, args, [], { NO_COLOR: undefined }).finished;
      expect(stdout + stderr).not.toContain('\u001b');
    }
  });

  test('of help names every exit code', async () => {
    const { stdout } = await fettle(folder, '--help');
    for (const code of Object.values(EXIT)) expect(stdout).toMatch(new RegExp(`^  ${code} +\\S`, 'm'));
  });
});

test('a program that is checked keeps its own flags', async () => {
  const { code, stderr } = await fettle(folder, 'test-searcher', '--trials', 'many', '--', 'search', '--json');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^fettle: option '--trials <n>' argument 'many' is invalid\..* \[usage\]\n/);
});
