import { FettleError } from '@fettle/core';
import type { z } from 'zod';
import { PROTOCOL_VERSION } from './driver-messages.ts';
import { shortened } from './program-life.ts';
import { errorMessage, readyMessage, type Ready } from './program-messages.ts';

/** A line that a program wrote, and what it should answer. */
export interface Answer {
  readonly text: string;
  /** The program in words. */
  readonly who: string;
  /** The question in words. */
  readonly what: string;
  /** The question's; absent for `hello`. */
  readonly id?: number | undefined;
}

/**
 * Reads an answer.
 * @throws FettleError `program-answer-invalid` with the line and what was expected, `program-refused` with what the program
 * itself says is wrong
 */
export function readAnswer<Schema extends z.ZodType>(answer: Answer, schema: Schema): z.output<Schema> {
  const said = jsonOf(answer);
  const result = schema.safeParse(said);
  if (result.success) {
    if ((result.data as { readonly id?: number }).id === answer.id) return result.data;
    throw wrong(answer, `id: must be the question's, ${answer.id}`);
  }
  const error = errorMessage.safeParse(said);
  if (error.success) {
    throw new FettleError('program-refused', `${answer.who} cannot answer ${answer.what}: ${error.data.message}`);
  }
  const problems = result.error.issues.map(({ path, message }) => {
    return [...path, message.replace(/^Invalid input: expected .*, received undefined$/, 'is missing')].join(': ');
  });
  throw wrong(answer, problems.join('; '));
}

/** Reads what a program says of itself. @throws FettleError also `plugin-api-version` */
export function readReady(answer: Answer): Ready {
  const said = jsonOf(answer);
  const { type, protocol } = Object(said) as { readonly type?: unknown; readonly protocol?: unknown };
  if (type === 'ready' && typeof protocol === 'number' && protocol !== PROTOCOL_VERSION) {
    throw new FettleError(
      'plugin-api-version',
      `${answer.who} speaks version ${protocol} of the searcher protocol; this is version ${PROTOCOL_VERSION}.`,
      { remedy: protocol > PROTOCOL_VERSION ? 'Update Fettle.' : 'Update the program.' },
    );
  }
  return readAnswer(answer, readyMessage);
}

/** The error of an answer that is none. */
export function wrong({ text, who, what }: Answer, why: string): FettleError {
  return new FettleError('program-answer-invalid', `${who} answered ${what} wrongly: ${why}\n    ${shortened(text)}`, {
    remedy:
      'Standard output is for answers, one line of JSON each. See the exchange with: fettle test-searcher -- COMMAND.',
  });
}

function jsonOf(answer: Answer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch (thrown) {
    const why = (thrown as Error).message;
    throw wrong(answer, `it is no line of JSON: ${why}; what is for people goes to standard error`);
  }
}
