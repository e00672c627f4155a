import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { type Finished, fettle, STUDY, studyFolder } from './fettle.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folderWith(options?: Parameters<typeof studyFolder>[0]): string {
  const folder = studyFolder(options);
  folders.push(folder);
  return folder;
}

describe('mistakes of plugins', () => {
  test('a command ends with its own last words, even if a plugin keeps nothing alive while it closes', async () => {
    const plugin = fileURLToPath(new URL('../fixtures/plugins/slow-goodbye.ts', import.meta.url));
    const folder = folderWith({ study: STUDY.replace('searcher: random', `searcher: ${plugin}`) });
    const { code, stdout } = await fettle(folder, 'run');
    expect(stdout).toContain('finished: all 6 trials of the budget were started');
    expect(code).toBe(0);
  });
});

describe('a study file that is a module', () => {
  const module = (text: string): Promise<Finished> => {
    const folder = folderWith();
    rmSync(join(folder, 'study.yaml'));
    writeFileSync(join(folder, 'study.ts'), text);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    return fettle(folder, 'plan');
  };

  test('that cannot be loaded is said to be wrong, with the line and without a stack', async () => {
    const broken = await module('export default {\n  name: "x",\n');
    expect(broken).toMatchObject({ code: 2, stdout: '' });
    expect(broken.stderr).toMatch(/^fettle: study\.ts:\d+: the module cannot be loaded: /);
    expect(broken.stderr).not.toContain('    at ');

    const compiled = await module('enum Goal { Min }\nexport default {};\n');
    expect(compiled).toMatchObject({ code: 2, stderr: expect.stringContaining('Types are stripped') as string });

    const missing = await module("import nothing from 'no-such-package';\nexport default nothing;\n");
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('Install what is missing') as string });

    const throwing = await module("\nthrow new Error('no GPU here');\n");
    expect(throwing.stderr).toMatch(
      /^fettle: study\.ts:2:7: the module cannot be loaded: no GPU here \[study-file-invalid\]\n/,
    );
    expect(throwing.code).toBe(2);
  });

  test('whose options are misspelt is refused, since nobody checks its types', async () => {
    const wrong = await module(
      "export default { name: 'x', budgte: {}, objective: { metric: 'loss', goal: 'min' } };\n",
    );
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('study.ts is not right:');
    expect(wrong.stderr).toContain("objective.goal: expected 'minimize' or 'maximize', not 'min'");
    expect(wrong.stderr).toContain('budgte: is not known');
  });
});

describe('files that cannot be used', () => {
  test('are said to be so, with the path, the reason and what to do, and without a stack', async () => {
    const folder = folderWith();
    expect(await fettle(folder, 'init', '.', '-o', 'new.yaml')).toMatchObject({
      code: 2,
      stderr: "fettle: '.' is a folder, and no script. [usage]\n  Name the program in it, such as train.py.\n",
    });
    await fettle(folder, 'run');
    const lost = await fettle(folder, 'report', '-o', 'nowhere/report.html');
    expect(lost.code).toBe(1);
    expect(lost.stderr).toMatch(
      /^fettle: .*nowhere\/report\.html\.part: there is no such file or folder \(ENOENT, open\)\. \[file-inaccessible\]\n {2}Make the folder first/,
    );
    expect(lost.stderr).not.toContain('    at ');
    const asJson = await fettle(folder, 'export', '--json', '-o', '.');
    expect(JSON.parse(asJson.stderr)).toMatchObject({ error: { code: 'file-inaccessible', place: folder } });
  });
});

describe('a study that would not run', () => {
  test('is refused by the plan as it would be by the run', async () => {
    const folder = folderWith({ study: STUDY.replace('command: [node,', 'command: [noode,') });
    const plan = await fettle(folder, 'plan');
    expect(plan.code).toBe(2);
    expect(plan.stdout).toContain("✗ There is no program 'noode'");
    expect(plan.stdout).not.toContain('is in order.');
    const asJson = await fettle(folder, 'plan', '--json');
    expect(asJson.code).toBe(2);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ problems: [expect.stringContaining('noode')] });
  });

  test('is refused by the plan when it was begun as another one', async () => {
    const folder = folderWith();
    await fettle(folder, 'run');
    writeFileSync(join(folder, 'study.yaml'), STUDY.replace('max: 4', 'max: 5'));
    expect(await fettle(folder, 'plan')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('space.parameters.size.max: was 4, now 5') as string,
    });
  });

  test('is told beforehand that the script is missing', async () => {
    const folder = folderWith({ study: STUDY.replace('train.mjs', 'trian.mjs') });
    expect((await fettle(folder, 'plan')).stdout).toContain('! there is no trian.mjs in ');
  });
});

describe('a study without a value', () => {
  test('names what the program reports instead of the objective', async () => {
    const folder = folderWith({
      study: STUDY.replace('metric: loss', 'metric: val_loss').replace(', resource: epoch', ''),
    });
    const { code, stdout } = await fettle(folder, 'run');
    expect(code).toBe(3);
    expect(stdout).toContain(
      'Its lines of JSON hold epoch, loss, and no val_loss. Correct objective.metric in study.yaml',
    );
    expect(stdout).not.toContain('regular expression');
  });

  test('says that what was reported is no number', async () => {
    const folder = folderWith({ program: 'console.log(\'{"epoch": 1, "loss": NaN}\');' });
    expect(await fettle(folder, 'run')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining(
        'No trial reported a finite loss. What they reported is not a number, or infinite: fettle show 1',
      ) as string,
    });
    expect((await fettle(folder, 'best')).code).toBe(3);
  });
});

describe('a question', () => {
  test('about a trial takes the study where every other command takes it', async () => {
    const folder = folderWith({ program: 'throw new Error("out of ideas");' });
    await fettle(folder, 'run');
    expect((await fettle(folder, 'show', '1', 'study.yaml')).stdout).toContain('trial 1  failed: code');
    expect((await fettle(folder, 'explain', 'study.yaml')).stdout).toContain('status: finished');
    expect((await fettle(folder, 'explain', 'study.yaml', '2')).stdout).toContain('trial 2  failed');
    expect(await fettle(folder, 'show', 'study.yaml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('The number of a trial is needed here') as string,
    });
    expect((await fettle(folder, 'show', '1', 'study.yaml', '-s', 'other.yaml')).stderr).toContain('named twice');

    const failed = await fettle(folder, 'trials', '--state', 'failed', 'study.yaml');
    expect(failed.stdout).toMatch(/why .*\n.*Node\.js v|out of ideas/);
    expect((await fettle(folder, 'trials', '--state', 'failed,paused', '--json')).stdout).toContain('"failed"');
    expect((await fettle(folder, 'trials', '--state', 'faild')).stderr).toContain("There is no state 'faild'");
  });

  test('that names the study and not its folder is shown the way', async () => {
    const folder = folderWith();
    await fettle(folder, 'run');
    expect((await fettle(folder, 'status', 'tiny')).stderr).toContain('The study of that name is .fettle/tiny.');
    expect((await fettle(folder, 'status', '.fettle')).stdout).toContain('finished');
  });
});

describe('programs that use the command', () => {
  test('hear mistakes on the command line as JSON', async () => {
    for (const args of [
      ['best', '--limit', '0'],
      ['schema', './nowhere.ts'],
      ['bogus'],
      ['status', '--colour'],
      ['metrics'],
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- One process at a time is enough.
      const { code, stderr } = await fettle(folderWith(), ...args, '--json');
      expect(code).toBe(2);
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'usage' } });
    }
  });

  test('have JSON of every command, and the opening of the session among the events', async () => {
    const folder = folderWith();
    const json = async (...args: readonly string[]): Promise<unknown> =>
      JSON.parse((await fettle(folder, ...args, '--json')).stdout);
    const events = (await fettle(folder, 'run', '--json')).stdout.split('\n').slice(0, 2);
    expect(events.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
      'study:created',
      'study:opened',
    ]);
    expect(await json('init', 'train.mjs', '-o', 'new.yaml')).toMatchObject({
      file: join(folder, 'new.yaml'),
      tuned: [],
    });
    expect(await json('create', 'sampler', 'mine')).toMatchObject({ folder: join(folder, 'mine') });
    expect(await json('report')).toEqual({ file: join(folder, '.fettle/tiny/report.html') });
    expect(await json('schema')).toHaveProperty('properties');
    const second = (await fettle(folder, 'run', '--plain', '--trials', '7')).stdout;
    expect(second).toContain('session 2: going on after 6 trials');
  });
});
