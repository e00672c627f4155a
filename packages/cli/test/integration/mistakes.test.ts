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
    expect(throwing.stderr).toMatch(/^fettle: study\.ts:2:7: the module cannot be loaded: no GPU here\n/);
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
      stderr: "fettle: '.' is a folder, and no script.\n  Name the program in it, such as train.py.\n",
    });
    await fettle(folder, 'run');
    const lost = await fettle(folder, 'report', '-o', 'nowhere/report.html');
    expect(lost.code).toBe(1);
    expect(lost.stderr).toMatch(
      /^fettle: .*nowhere\/report\.html\.part: there is no such file or folder \(ENOENT, open\)\.\n {2}Make the folder first/,
    );
    expect(lost.stderr).not.toContain('    at ');
    const asJson = await fettle(folder, 'export', '--json', '-o', '.');
    expect(JSON.parse(asJson.stderr)).toMatchObject({ error: { code: 'file-inaccessible', place: folder } });
  });
});
