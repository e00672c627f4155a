import { type ErrorCode, FettleError } from '@fettle/core/errors';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { describeFileError, isFileError } from './file-error.ts';
import type { Paint } from './text/style.ts';

const EXIT_OF: { readonly [code in ErrorCode]?: ExitCode } = {
  'space-invalid': EXIT.badInput,
  'configuration-invalid': EXIT.badInput,
  'options-invalid': EXIT.badInput,
  'study-file-invalid': EXIT.badInput,
  'template-invalid': EXIT.badInput,
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
};

/** What went wrong, for a person or a program. */
interface Failure {
  /** One of the stable codes, or `unexpected` for what nobody raised on purpose: a defect, of Fettle or of a plugin. */
  readonly code: ErrorCode | 'unexpected';
  readonly message: string;
  readonly place?: string | undefined;
  readonly remedy?: string | undefined;
}

/** The exit code that belongs to an error. */
export function exitCodeOf(thrown: unknown): ExitCode {
  return thrown instanceof FettleError ? (EXIT_OF[thrown.code] ?? EXIT.failure) : EXIT.failure;
}

/** An error as a person should read it. */
export function toText(thrown: unknown, paint: Paint): string {
  const { code, message, place, remedy } = failureOf(thrown);
  const where = code === 'unexpected' ? 'unexpected error: ' : place === undefined ? '' : `${place}: `;
  const lines = [`fettle: ${where}${message}`];
  if (remedy !== undefined) lines.push(`  ${remedy}`);
  if (code === 'unexpected' && thrown instanceof Error && thrown.stack !== undefined) lines.push(thrown.stack);
  return withCode(lines.join('\n'), code, paint);
}

/** An error as one line of JSON, for a program: `{ error: { code, message, place, remedy } }`. */
export function toJsonLine(thrown: unknown): string {
  const { code, message, place, remedy } = failureOf(thrown);
  return JSON.stringify({ error: { code, message, place, remedy } });
}

/** A message with its code at the end of the first line, where compilers and linters have theirs: it can be searched for. */
export function withCode(message: string, code: Failure['code'], paint: Paint): string {
  return message.replace(/(?=\n|$)/, () => ` ${paint('dim', `[${code}]`)}`);
}

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof FettleError) return thrown;
  if (isFileError(thrown)) return { code: 'file-inaccessible', place: thrown.path, ...describeFileError(thrown) };
  return { code: 'unexpected', message: thrown instanceof Error ? thrown.message : String(thrown) };
}
