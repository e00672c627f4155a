import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../src/exit-codes.ts';
import { BIN, fettle, start } from './fettle.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-bin-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes the process believe that it is an old Node. */
const OLD = `data:text/javascript,${encodeURIComponent("Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } });")}`;

test('an old Node hands over to a newer one that is installed above, with arguments, output and exit code', async () => {
  expect(await start(folder, ['best', 'nowhere'], ['--import', OLD]).finished).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("There is no 'nowhere'") as string,
  });
});

test('a damaged installation is a failure, and no old Node', () => {
  const home = join(folder, 'damaged');
  for (const part of ['bin', 'dist']) mkdirSync(join(home, part), { recursive: true });
  copyFileSync(BIN, join(home, 'bin/fettle.js'));
  writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(home, 'dist/main.js'), "import './lost.js';");
  const { status, stderr } = spawnSync(process.execPath, [join(home, 'bin/fettle.js')], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: EXIT.failure, stderr: expect.stringContaining('lost.js') as string });
});

test('every command has help with an example, and none loads the core for it', async () => {
  const { stdout } = await fettle(folder, '--help');
  const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[| {2,}| <)/gm)].map(([, name]) => name ?? '');
  expect(commands).toEqual(
    expect.arrayContaining([
      'init',
      'run',
      'plan',
      'status',
      'best',
      'trials',
      'show',
      'explain',
      'doctor',
      'stop',
      'export',
      'report',
      'replay',
    ]),
  );
  for (const command of commands) {
    const help = await fettle(folder, command, '--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/Examples?:\n {2}\$ fettle /);
  }
});

test('init writes a study file that plan finds nothing wrong with', async () => {
  writeFileSync(join(folder, 'train.py'), "parser.add_argument('--rate', type=float, default=0.01)\n");
  expect(await fettle(folder, 'init', 'train.py')).toMatchObject({ code: 0, stderr: '' });
  expect(await fettle(folder, 'plan')).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('is in order') as string,
  });
  expect(await fettle(folder, 'init', 'train.py')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--force') as string,
  });
  const schema = JSON.parse(readFileSync(join(folder, '.fettle/study.schema.json'), 'utf8')) as object;
  expect(schema).toEqual(JSON.parse((await fettle(folder, 'schema')).stdout));
  expect(JSON.stringify(schema)).toContain('"const":"sobol"');
});

test('metrics shows what is read in a sample and what is ignored', async () => {
  writeFileSync(join(folder, 'sample.log'), 'epoch 1\n{"loss": 0.5}\n{"loss": NaN}\n');
  const tried = await fettle(folder, 'metrics', 'study.yaml', 'sample.log');
  expect(tried.code).toBe(0);
  expect(tried.stdout).toContain('→ loss=0.5');
  expect(tried.stdout).toContain('→ loss=NaN');
  writeFileSync(join(folder, 'empty.log'), 'nothing here\n');
  expect(await fettle(folder, 'metrics', 'study.yaml', 'empty.log')).toMatchObject({ code: 3 });
});

test('doctor looks at this machine', async () => {
  const { code, stdout } = await fettle(folder, 'doctor', '--json');
  expect(code).toBe(0);
  const checks = (JSON.parse(stdout) as { check: string }[]).map(({ check }) => check);
  expect(checks).toEqual(
    expect.arrayContaining(['node', 'processors', 'memory', 'gpu', 'sqlite', 'file system', 'disk']),
  );
});

test('doctor asks the backend of the study, and fails with it; the official backends come with the command', async () => {
  const backend = { type: 'docker', image: 'x', host: 'unix:///no/such/engine.sock' };
  const study = {
    name: 'contained',
    command: ['train', '{rate}'],
    space: { rate: { type: 'float', min: 0, max: 1 } },
    objective: { metric: 'loss', goal: 'minimize' },
    searcher: 'random',
    backend,
  };
  writeFileSync(join(folder, 'contained.json'), JSON.stringify(study));
  const asked = await fettle(folder, 'doctor', 'contained.json', '--json');
  expect(asked.code).not.toBe(0);
  const text = expect.stringContaining('/no/such/engine.sock does not run') as string;
  expect((JSON.parse(asked.stdout) as unknown[]).at(-1)).toEqual({ check: 'engine', status: 'fail', text });

  writeFileSync(join(folder, 'contained.json'), JSON.stringify({ ...study, backend: { ...backend, imagee: 'x' } }));
  const wrong = await fettle(folder, 'doctor', 'contained.json', '--json');
  const problem = expect.stringContaining('imagee') as string;
  expect((JSON.parse(wrong.stdout) as unknown[]).at(-1)).toEqual({ check: 'study', status: 'fail', text: problem });
});
