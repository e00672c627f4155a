/**
 * The exit codes of the `fettle` command. Scripts may depend on them.
 */
export const EXIT = {
  /** It did what was asked: the study finished under its budget, the question was answered. */
  ok: 0,
  /** Something failed that is none of the cases below: a defect, a full disk, a backend that went away. */
  failure: 1,
  /** The command line, the study file or an option is wrong; nothing was started. */
  badInput: 2,
  /** The study ended, and not one of its trials was completed. */
  nothingCompleted: 3,
  /** Another driver holds the study. */
  locked: 4,
  /** `fettle replay` found a decision that is not the recorded one. */
  replayMismatch: 5,
  /** Node is too old; said by `bin/fettle.js`, which cannot import this file. */
  runtimeTooOld: 70,
  /** The study was interrupted (Ctrl-C, SIGTERM, `fettle stop`); run the same command again to go on. */
  interrupted: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
