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
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (json) return JSON.stringify({ error: { code: 'unexpected', message } });
  const stack = thrown instanceof Error ? `\n${thrown.stack ?? ''}` : '';
  return `fettle: unexpected error: ${message}${stack}`;
}
