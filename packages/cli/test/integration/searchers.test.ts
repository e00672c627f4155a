import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TrialRecord } from '@fettle/core';
import { afterEach, describe, expect, test } from 'vitest';
import { fettle, studyFolder } from './fettle.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../../../examples/searchers');

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
function folderWith(files: { readonly [name: string]: string }, study?: string): string {
  const folder = studyFolder(study === undefined ? {} : { study });
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** A search at random, with one mistake if it is told to. */
const PROGRAM = `
import { createInterface } from 'node:readline';
const [mistake] = process.argv.slice(2);
const say = (message) => console.log(JSON.stringify(message));
let asked = 0;
let space;
createInterface({ input: process.stdin }).on('line', (line) => {
  const { type, id, seed, ...rest } = JSON.parse(line);
  if (type === 'hello') {
    space = rest.space.parameters;
    say({ type: 'ready', protocol: 1, name: 'tiny', role: 'sampler', space: [] });
  }
  if (type !== 'ask') return;
  asked += 1;
  const place = mistake === 'counts' ? (asked % 97) / 97 : (seed % 1009) / 1009;
  const value = ({ type, min, max, step, values, value }) => type === 'constant' ? value : values !== undefined
    ? values[Math.floor(place * values.length)] : type === 'int' ? min
    : step !== undefined ? min + step * Math.floor(place * (max - min) / step) : min + place * (max - min);
  const configuration = Object.fromEntries(Object.entries(space).map(([name, spec]) => [name, value(spec)]));
  say({ type: 'start', id, configuration, reason: 'why not' });
  if (mistake === 'stays') setInterval(() => undefined, 1000);
});
`;

const ASHA = `
name: rungs
command: [node, train.mjs, "{rate}", "{size}"]
space:
  rate: { type: float, min: 0, max: 1 }
  size: { type: int, min: 1, max: 4 }
objective: { metric: loss, goal: minimize, resource: epoch }
searcher:
  type: asha
  minResource: 1
  maxResource: 3
  sampler: { type: process, command: [python3, ${JSON.stringify(join(EXAMPLES, 'evolution.py'))}], options: { population: 2 } }
backend: { type: local, workers: 1 }
budget: { trials: 6 }
seed: 3
`;

describe('a searcher that is a program', () => {
  test('is the sampler inside another one, and replays', async () => {
    const folder = folderWith({}, ASHA);
    const { code, stderr } = await fettle(folder, 'run', '--plain');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const trials = JSON.parse((await fettle(folder, 'trials', '--json')).stdout) as TrialRecord[];
    expect(trials).toHaveLength(6);
    expect((await fettle(folder, 'explain', '1')).stdout).toMatch(/one of the first population/);
    expect((await fettle(folder, 'replay')).stdout).toMatch(/every one is the same/);
  });

  test('that is not there is said with the study file, and nothing has begun', async () => {
    const study = ASHA.replace(/sampler: .*/, 'sampler: { type: process, command: [./mine.py] }');
    const folder = folderWith({}, study);
    const { code, stderr } = await fettle(folder, 'run');
    expect(code).toBe(2);
    expect(stderr).toMatch(/'\.\/mine\.py' does not exist \(looked for at .*mine\.py\)/);
    const shell = folderWith({}, ASHA.replace(/command: \[python3[^\]]*\]/, 'command: python3 mine.py'));
    expect((await fettle(shell, 'run')).stderr).toMatch(/study\.yaml:12:.*must be a list, one item for each argument/);
  });
});

describe('fettle test-searcher', () => {
  test('finds nothing wrong with a program that is right', async () => {
    const folder = folderWith({ 'mine.mjs': PROGRAM });
    const { code, stdout } = await fettle(folder, 'test-searcher', '--trials', '8', '--', 'node', 'mine.mjs');
    expect(stdout).toMatch(/✓ starts and says what it is: the sampler tiny\n/);
    expect(stdout).toMatch(/All \d+ checks passed: this is a searcher\.\n$/);
    expect(code).toBe(0);
  });

  test('says what is wrong, with what was sent and received', async () => {
    const folder = folderWith({ 'mine.mjs': PROGRAM });
    const { code, stdout } = await fettle(folder, 'test-searcher', '--trials', '6', '--', 'node', 'mine.mjs', 'counts');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /✗ sample changes nothing[^]*asked twice with the same offer[^]*→ \{"type":"ask"[^]*← \{"type":"start"/,
    );
    expect(stdout).toMatch(/✗ can be rebuilt from its history at any moment/);
    // It says that it takes plain spaces only, so it is tried on no others.
    expect(stdout).not.toMatch(/conditional/);
    expect(stdout).toMatch(/✓ answers a question, and ends when its input ends/);
    expect(stdout).toMatch(/\d+ of \d+ checks failed\.\n$/);
  });

  test('as lines of JSON', async () => {
    const folder = folderWith({ 'mine.mjs': PROGRAM });
    const args = ['test-searcher', '--json', '--trials', '3', '--', 'node', 'mine.mjs', 'stays'];
    const { code, stdout } = await fettle(folder, ...args);
    expect(code).toBe(1);
    const results = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string; problem?: string; exchange: unknown[] });
    expect(results[0]).toMatchObject({
      name: 'starts and says what it is',
      program: { role: 'sampler', name: 'tiny' },
    });
    const end = results[1];
    expect(results).toHaveLength(2);
    expect(end?.problem).toMatch(/would outlive a driver/);
    expect(end?.exchange.length).toBeGreaterThan(2);
  });

  test('stops at once when the program is none', async () => {
    const folder = folderWith({ 'mine.mjs': 'console.error("what?"); process.exit(4);' });
    const { code, stdout } = await fettle(folder, 'test-searcher', '--', 'node', 'mine.mjs');
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ starts and says what it is\n[^]*exit code 4; its last words:\n\s+what\?/);
    expect(stdout).toMatch(/1 of 1 checks failed/);
    const missing = await fettle(folder, 'test-searcher', '--', 'no-such-program');
    expect(missing.stdout + missing.stderr).toMatch(/There is no program 'no-such-program'/);
    const options = await fettle(folder, 'test-searcher', '--options', '[1]', '--', 'node', 'mine.mjs');
    expect(options.stderr).toMatch(/--options takes a JSON object, not '\[1\]'/);
  });
});
