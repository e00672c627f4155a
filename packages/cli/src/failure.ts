import type { ErrorCode, FettleError } from '@fettle/core';
import { EXIT, type ExitCode } from './exit-codes.ts';

const EXIT_OF: { readonly [code in ErrorCode]?: ExitCode } = {
  'space-invalid': EXIT.badInput,
  'configuration-invalid': EXIT.badInput,
  'options-invalid': EXIT.badInput,
  'study-file-invalid': EXIT.badInput,
  'template-invalid': EXIT.badInput,
  'plugin-unknown': EXIT.badInput,
  'plugin-api-version': EXIT.badInput,
  'plugin-invalid': EXIT.badInput,
  'capability-missing': EXIT.badInput,
  'program-missing': EXIT.badInput,
  'study-changed': EXIT.badInput,
  'study-missing': EXIT.badInput,
  'trial-missing': EXIT.badInput,
  'metric-source-invalid': EXIT.badInput,
  usage: EXIT.badInput,
  'store-locked': EXIT.locked,
  'replay-mismatch': EXIT.replayMismatch,
  'runtime-too-old': EXIT.runtimeTooOld,
};

// Told by its shape and not by `instanceof`: this file is on every command's way and must not load the core.
function isFettleError(thrown: unknown): thrown is FettleError {
  return thrown instanceof Error && thrown.name === 'FettleError' && 'code' in thrown && 'toHuman' in thrown;
}

/** The exit code that belongs to an error. */
export function exitCodeOf(thrown: unknown): ExitCode {
  return isFettleError(thrown) ? (EXIT_OF[thrown.code] ?? EXIT.failure) : EXIT.failure;
}

/** An error as a person (or, as one line of JSON, a program) should read it. */
export function toText(thrown: unknown, json: boolean): string {
  if (isFettleError(thrown)) {
    if (!json) return `fettle: ${thrown.toHuman()}`;
    const { code, message, place, remedy } = thrown;
    return JSON.stringify({ error: { code, message, place, remedy } });
  }
  if (isFileError(thrown)) {
    const { message, remedy } = describeFileError(thrown);
    const code: ErrorCode = 'file-inaccessible';
    return json
      ? JSON.stringify({ error: { code, message, place: thrown.path, remedy } })
      : `fettle: ${thrown.path}: ${message}\n  ${remedy}`;
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (json) return JSON.stringify({ error: { code: 'unexpected', message } });
  const stack = thrown instanceof Error ? `\n${thrown.stack ?? ''}` : '';
  return `fettle: unexpected error: ${message}${stack}`;
}

/** What the file system said of a file. */
interface FileError extends Error {
  readonly code: string;
  readonly path: string;
  readonly syscall: string;
}

function isFileError(thrown: unknown): thrown is FileError {
  return thrown instanceof Error && 'syscall' in thrown && 'path' in thrown && typeof thrown.path === 'string';
}

const FILE_ERRORS: { readonly [code: string]: readonly [what: string, remedy: string] } = {
  EACCES: ['you may not do that there', 'Choose a folder that you may write to, or have its permissions changed.'],
  EPERM: ['you may not do that there', 'Choose a folder that you may write to, or have its permissions changed.'],
  EROFS: ['the file system is read-only', 'Choose another folder.'],
  ENOENT: ['there is no such file or folder', 'Make the folder first, or correct the path.'],
  ENOTDIR: ['a part of the path is a file and no folder', 'Correct the path.'],
  EISDIR: ['it is a folder, and a file is needed', 'Name a file.'],
  ENOSPC: ['the disk is full', 'Make room, then run the same command again.'],
  EDQUOT: ['your quota is used up', 'Make room, then run the same command again.'],
  ENAMETOOLONG: ['the name is too long', 'Choose a shorter name, or a folder nearer to the root.'],
};

function describeFileError({ code, syscall, message }: FileError): { message: string; remedy: string } {
  const [what = message, remedy = 'See to it, then run the same command again.'] = FILE_ERRORS[code] ?? [];
  return { message: `${what} (${code}, ${syscall}).`, remedy };
}
