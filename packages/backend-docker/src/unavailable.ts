import { FettleError } from '@fettle/core';

/** The error for a backend that cannot begin: what is missing, and what helps. */
export function unavailable(message: string, remedy?: string, cause?: unknown): FettleError {
  return new FettleError('backend-unavailable', message, {
    ...(remedy === undefined ? {} : { remedy }),
    ...(cause === undefined ? {} : { cause }),
  });
}
