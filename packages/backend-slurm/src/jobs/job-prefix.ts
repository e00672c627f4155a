import { createHash } from 'node:crypto';

/**
 * What the names of a study's jobs begin with: readable, and unlike that of every other study, for by it jobs are found and
 * cancelled. Studies of the same name in two folders are two studies.
 * @param study its identity, and its name for people
 */
export function jobPrefix({ id, name }: { readonly id: string; readonly name: string }): string {
  const readable = name.replace(/[^A-Za-z0-9]+/g, '').slice(0, 12);
  return `fettle-${readable}-${createHash('sha256').update(id).digest('hex').slice(0, 10)}-`;
}
