import { createHash } from 'node:crypto';
import { type AttemptId, parseAttemptId } from '@fettle/core';

/** Which study a container belongs to: everything of a study is found by it. */
const STUDY_LABEL = 'fettle.study';
/** The folder of that study. */
const FOLDER_LABEL = 'fettle.folder';
/** Which attempt it runs. A container of a study without this is no attempt's: a probe. */
export const ATTEMPT_LABEL = 'fettle.attempt';
/** GPUs that it holds, separated by commas. */
const GPUS_LABEL = 'fettle.gpus';

/**
 * Whose containers they are. The identity of a study alone would not do: a folder can be copied with all that is in it, and
 * studies of one name that begin at the same instant have the same.
 */
export interface ContainerOwner {
  /** Identity of the study. */
  readonly study: string;
  /** Its folder, without symbolic links. */
  readonly folder: string;
}

/** The filter for all containers of a study, in whatever folder. */
export function studyFilter({ study }: ContainerOwner): string {
  return `${STUDY_LABEL}=${study}`;
}

/** Whether a container with these labels belongs to a study in its folder. */
export function isOwn(labels: Readonly<Record<string, string>>, { study, folder }: ContainerOwner): boolean {
  return labels[STUDY_LABEL] === study && labels[FOLDER_LABEL] === folder;
}

/** The folder of the study that a container with these labels belongs to. */
export function folderOf(labels: Readonly<Record<string, string>>): string {
  return labels[FOLDER_LABEL] ?? '';
}

/**
 * The name of an attempt's container. Names are unique in an engine: that is why an attempt has at most one container,
 * whoever asks for it and however often.
 */
export function containerName(owner: ContainerOwner, id: AttemptId): string {
  const { trial, attempt } = parseAttemptId(id);
  return `${namePrefix(owner)}-${trial}-${attempt}`;
}

/** The name of the container that is made to look at the engine and never started. */
export function probeName(owner: ContainerOwner): string {
  return `${namePrefix(owner)}-probe`;
}

/** The name of an image that is built for a study. */
export function imageTag(owner: ContainerOwner): string {
  return `${namePrefix(owner)}:latest`;
}

/** Identities and folders may hold anything; a container's name may not. */
function namePrefix({ study, folder }: ContainerOwner): string {
  return `fettle-${createHash('sha256').update(`${study}\0${folder}`).digest('hex').slice(0, 12)}`;
}

/** The labels of a container that runs no attempt. */
export function ownerLabels({ study, folder }: ContainerOwner): Record<string, string> {
  return { [STUDY_LABEL]: study, [FOLDER_LABEL]: folder };
}

/** The labels of an attempt's container. */
export function attemptLabels(
  owner: ContainerOwner,
  attempt: AttemptId,
  gpus: readonly string[],
): Record<string, string> {
  const labels = { ...ownerLabels(owner), [ATTEMPT_LABEL]: attempt };
  return gpus.length === 0 ? labels : { ...labels, [GPUS_LABEL]: gpus.join(',') };
}

/** The GPUs that a container with these labels holds. */
export function leasedGpus(labels: Readonly<Record<string, string>>): string[] {
  return labels[GPUS_LABEL]?.split(',') ?? [];
}
