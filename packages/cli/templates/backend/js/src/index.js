import { spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import {
  API_VERSION,
  classifyExit,
  defineBackend,
  FettleError,
  findProgram,
  lastLines,
  makeAttemptDirectory,
  messageOf,
  programPaths,
  StopLadder,
  trialInvocation,
} from '@fettle/core';
import { z } from 'zod';

/**
 * Runs each attempt as a child process of the driver; attempts end with the driver. A beginning for a backend that runs them
 * elsewhere: what is this machine's own is in `start` and `signal`.
 *
 * Change what you like; `test/contract.test.js` says what every backend has to keep to.
 */
export default defineBackend({
  name: 'plugin-name',
  version: '0.1.0',
  apiVersion: API_VERSION,
  // What a study file may say beside `type`. It is checked before anything runs.
  options: z.strictObject({
    workers: z.int().min(1).default(1).meta({ description: 'Attempts that run at the same time.' }),
  }),
  create({ workers }) {
    /** @type {{ host: import('@fettle/core').BackendHost, program: import('@fettle/core').CommandProgram, directory: string }} */
    let study;
    /** @type {Set<import('@fettle/core').AttemptId>} */
    const launched = new Set();
    /** @type {Map<import('@fettle/core').AttemptId, { child: import('node:child_process').ChildProcess, ladder: StopLadder }>} */
    const running = new Map();
    let closed = false;

    /**
     * Says how an attempt ended: once, and not before `launch` has answered.
     * @type {(attempt: import('@fettle/core').AttemptId, how: import('@fettle/core').AttemptEnd) => void}
     */
    const end = (attempt, how) => {
      running.get(attempt)?.ladder.cancel();
      running.delete(attempt);
      study.host.clock.after(0, () => {
        if (!closed) study.host.ended(attempt, how);
      });
    };

    return {
      outlivesDriver: false,

      // Checks that everything it needs is there, and starts nothing.
      open(host) {
        const { program, directory } = host;
        if (program.kind !== 'command' || directory === undefined) {
          throw new FettleError('backend-unavailable', 'plugin-name runs commands of studies that have a folder.');
        }
        study = { host, program, directory: resolve(directory) };
      },

      // A new driver asks what became of the attempts of the one before. These ended with it; a platform that keeps them
      // is asked here, and `outlivesDriver` is true then.
      adopt: (attempts) =>
        attempts.map(({ request: { attempt } }) => {
          launched.add(attempt);
          return { attempt, status: 'ended', end: { kind: 'evicted', message: 'It ended with its driver.' } };
        }),

      // Starts an attempt; the same one again changes nothing. What it prints and reports goes to files, which the core reads.
      async launch(request) {
        const files = await makeAttemptDirectory(study.directory, request);
        if (launched.has(request.attempt)) return { handle: null, files: files.files };
        launched.add(request.attempt);
        try {
          const child = start(study.host, study.program, request, files);
          const ladder = new StopLadder(study.host.clock, (step) => {
            writeFileSync(files.stop, '');
            // A checkpoint is asked for by the stop file alone.
            if (step !== 'checkpoint') signal(child, step === 'kill' ? 'SIGKILL' : 'SIGTERM');
          });
          running.set(request.attempt, { child, ladder });
          child.on('error', (error) => {
            end(request.attempt, { kind: 'failed', failure: 'launch', message: error.message });
          });
          child.on('exit', (code, name) => {
            // Lets go of the leash: what the program has left behind ends.
            child.stdio[3]?.destroy();
            end(request.attempt, exitOf(files, code, name));
          });
        } catch (thrown) {
          end(request.attempt, { kind: 'failed', failure: 'launch', message: messageOf(thrown) });
        }
        return { handle: null, files: files.files };
      },

      // The ladder goes from the stop file to TERM to KILL, with the grace between them.
      stop: (attempt, request) => running.get(attempt)?.ladder.climb(request),

      capacity: () => workers,

      close() {
        closed = true;
        for (const { child, ladder } of running.values()) {
          ladder.cancel();
          signal(child, 'SIGKILL');
        }
      },
    };
  },
});

/**
 * Runs the program given as arguments, and ends with its exit code. It holds a leash, the pipe at 3: when the other end is
 * gone, because the program has ended or because the driver was killed, everything in the process group is killed.
 */
const LEASH = '(trap "" TERM; cat <&3; kill -KILL 0) & trap : TERM; exec 3<&-; "$@"';

/**
 * @param {import('@fettle/core').BackendHost} host
 * @param {import('@fettle/core').CommandProgram} program
 * @param {import('@fettle/core').LaunchRequest} request
 * @param {import('@fettle/core').AttemptDirectory} directory
 */
function start(host, program, request, directory) {
  const paths = programPaths(directory.path, directory.checkpoint);
  const { argv, environment, configFile } = trialInvocation(program, request, host.study.id, paths);
  const [name, ...rest] = argv;
  const env = { ...process.env, ...program.environment, ...environment };
  const found = findProgram(name, env['PATH'], program.workingDirectory);
  if ('problem' in found) throw new FettleError('launch-failed', found.problem);
  writeFileSync(paths.config, configFile);
  const output = openSync(directory.files.stdout, 'a');
  const errors = openSync(directory.files.stderr, 'a');
  try {
    // The arguments are the shell's positional parameters: nothing in them is interpreted.
    return spawn('/bin/sh', ['-c', LEASH, 'leash', found.path, ...rest], {
      cwd: program.workingDirectory,
      env,
      // A process group of its own, which can be signalled as a whole.
      detached: true,
      stdio: ['ignore', output, errors, 'pipe'],
    });
  } finally {
    closeSync(output);
    closeSync(errors);
  }
}

/** @type {(child: import('node:child_process').ChildProcess, name: NodeJS.Signals) => void} */
function signal({ pid, exitCode, signalCode }, name) {
  // Once it has been waited for, its number may belong to another process.
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, name);
}

/**
 * @param {import('@fettle/core').AttemptDirectory} directory
 * @param {number | null} code
 * @param {NodeJS.Signals | null} name
 */
function exitOf(directory, code, name) {
  return classifyExit({
    exitCode: code ?? (name === null ? undefined : 128 + constants.signals[name]),
    kernelOutOfMemory: false,
    restarted: false,
    stderr: lastLines(directory.files.stderr, 10),
  });
}
