import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { fettle, STUDY, studyFolder } from './fettle.ts';

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
