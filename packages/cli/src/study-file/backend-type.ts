import type { StudyOptions } from '@fettle/core';

/** What a study runs on: where it names no backend, a function in this process and a command on this machine. */
export function backendType({ backend, evaluate }: StudyOptions): string {
  return backend?.record.type ?? (evaluate === undefined ? 'local' : 'in-process');
}
