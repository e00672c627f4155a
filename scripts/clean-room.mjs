// Runs commands as a user with nothing but an empty folder would. What is run is printed, so that the output is the transcript.
import { execFile } from 'node:child_process';
import { delimiter } from 'node:path';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

/**
 * @param {string} folder what the transcript calls `/`
 * @param {readonly string[]} [path] folders in which commands are looked for first
 * @returns {(cwd: string, command: string, ...args: readonly string[]) => Promise<string>} runs one and answers with its output
 */
export function cleanRoom(folder, path = []) {
  const env = {
    ...process.env,
    CI: 'true',
    NO_COLOR: '1',
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
  };
  // Nothing of this workspace may be found by accident: not its packages, not its settings.
  for (const name of Object.keys(env)) if (name.startsWith('npm_package') || name === 'NODE_PATH') delete env[name];
  env.PATH = [...path, env.PATH].join(delimiter);
  return async (cwd, command, ...args) => {
    console.log(`${cwd.slice(folder.length)}$ ${[command, ...args].join(' ')}`);
    try {
      return (await runFile(command, args, { cwd, env, maxBuffer: 2 ** 26 })).stdout;
    } catch (error) {
      throw new Error(`It failed with ${error.code}:\n${error.stdout}\n${error.stderr}`, { cause: error });
    }
  };
}

/** Prints what matters of an output. @throws Error if it is not there */
export function show(text, pattern) {
  const found = pattern.exec(text);
  if (found === null) throw new Error(`expected ${pattern} in:\n${text}`);
  console.log(`  ${found[0].trim()}`);
}
