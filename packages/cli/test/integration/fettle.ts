import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The real command. */
export const BIN = fileURLToPath(new URL('../../bin/fettle.js', import.meta.url));

/** What a call of the command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is under way. */
export interface Started {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Waits until it has printed something. */
  printed(pattern: RegExp): Promise<void>;
}

/**
 * Starts `fettle` in a folder.
 * @param node options of Node itself
 * @param env variables beside those of this process
 */
export function start(
  folder: string,
  args: readonly string[],
  node: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Started {
  const child = spawn(process.execPath, [...node, BIN, ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', ...env },
  });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  const heard = (): void => {
    for (const check of waiting) check();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    heard();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    heard();
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
      heard();
    });
  });
  return {
    process: child,
    finished,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (pattern.test(stdout + stderr)) resolve();
          else if (child.exitCode !== null) reject(new Error(`It ended without ${pattern}:\n${stdout}\n${stderr}`));
          else return;
          waiting.delete(check);
        };
        waiting.add(check);
        check();
      }),
  };
}

/** Runs `fettle` in a folder to its end. */
export async function fettle(folder: string, ...args: readonly string[]): Promise<Finished> {
  return await start(folder, args).finished;
}

/** A folder with a program to tune and a study file. */
export function studyFolder(options: { readonly study?: string; readonly program?: string } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'fettle-cli-'));
  writeFileSync(join(folder, 'train.mjs'), options.program ?? PROGRAM);
  writeFileSync(join(folder, 'study.yaml'), options.study ?? STUDY);
  return folder;
}

/** Prints a value for each of three epochs. */
const PROGRAM = `
const [rate, size] = process.argv.slice(2).map(Number);
for (let epoch = 1; epoch <= 3; epoch++) console.log(JSON.stringify({ epoch, loss: (rate - 0.3) ** 2 + size / 100 / epoch }));
`;

/** Waits for a file to appear; then ends well. */
export const SLOW_PROGRAM = `
import { existsSync } from 'node:fs';
console.log(JSON.stringify({ loss: Number(process.argv[2]) }));
const timer = setInterval(() => {
  if (existsSync('go')) clearInterval(timer);
}, 20);
`;

/** Writes its number into `pids`, reports, and then listens to no signal but the last. */
export const STUBBORN_PROGRAM = `
import { appendFileSync } from 'node:fs';
appendFileSync('pids', process.pid + ' ');
process.on('SIGTERM', () => {});
process.on('SIGINT', () => {});
console.log(JSON.stringify({ loss: Number(process.argv[2]) }));
setInterval(() => {}, 1000);
`;

export const STUDY = `
name: tiny
command: [node, train.mjs, "{rate}", "{size}"]
space:
  rate: { type: float, min: 0, max: 1 }
  size: { type: int, min: 1, max: 4 }
objective: { metric: loss, goal: minimize, resource: epoch }
searcher: random
backend: { type: local, workers: 2 }
budget: { trials: 6 }
seed: 3
first: [{ rate: 0.9, size: 4 }]
grace: 200ms
`;
