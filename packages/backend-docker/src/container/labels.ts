import { createHash } from 'node:crypto';
import { type AttemptId, parseAttemptId } from '@fettle/core';

/** Which study a container belongs to: everything of a study is found by it. */
export const STUDY_LABEL = 'fettle.study';
/** Which attempt it runs. A container of a study without this is no attempt's: a probe. */
export const ATTEMPT_LABEL = 'fettle.attempt';
/** GPUs that it holds, separated by commas. */
const GPUS_LABEL = 'fettle.gpus';

/** The filter for all containers of a study. */
export function studyFilter(study: string): string {
  return `${STUDY_LABEL}=${study}`;
}

/**
 * The name of an attempt's container. Names are unique in an engine: that is why an attempt has at most one container,
 * whoever asks for it and however often.
 */
export function containerName(study: string, id: AttemptId): string {
  const { trial, attempt } = parseAttemptId(id);
  return `${namePrefix(study)}-${trial}-${attempt}`;
}

/** The name of the container that is made to look at the engine and never started. */
export function probeName(study: string): string {
  return `${namePrefix(study)}-probe`;
}

/** The name of an image that is built for a study. */
export function imageTag(study: string): string {
  return `${namePrefix(study)}:latest`;
}

/** A study's own identity may hold anything; a container's name may not. */
function namePrefix(study: string): string {
  return `fettle-${createHash('sha256').update(study).digest('hex').slice(0, 12)}`;
}

/** The labels of an attempt's container. */
export function attemptLabels(study: string, attempt: AttemptId, gpus: readonly string[]): Record<string, string> {
  const labels = { [STUDY_LABEL]: study, [ATTEMPT_LABEL]: attempt };
  return gpus.length === 0 ? labels : { ...labels, [GPUS_LABEL]: gpus.join(',') };
}

/** The GPUs that a container with these labels holds. */
export function leasedGpus(labels: Readonly<Record<string, string>>): string[] {
  return labels[GPUS_LABEL]?.split(',') ?? [];
}
