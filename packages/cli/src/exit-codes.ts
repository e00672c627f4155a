/** The exit codes of the `fettle` command. Scripts may depend on them. */
export const EXIT = {
  ok: 0,
  failure: 1,
  badInput: 2,
  noResult: 3,
  locked: 4,
  replayMismatch: 5,
  /** Said by `bin/fettle.js`, which cannot import this file. */
  runtimeTooOld: 70,
  interrupted: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each exit code means: help and documentation have their words from here. */
export const EXIT_MEANINGS: { readonly [name in keyof typeof EXIT]: string } = {
  ok: 'it did what was asked: the study ended under its budget, the question was answered',
  failure:
    'something failed, such as a full disk, a plugin or a backend; or `doctor` or `test-searcher` found something wrong',
  badInput: 'the command line, the study file or an option is wrong; nothing was started',
  noResult: 'there is no result: no trial has a finite value, or a sample holds no report',
  locked: 'another driver runs the study',
  replayMismatch: '`replay` found a decision that is not the recorded one',
  runtimeTooOld: 'this version of Node is too old',
  interrupted: 'the study was interrupted (Ctrl-C, SIGTERM, `fettle stop`); the same command goes on',
};
