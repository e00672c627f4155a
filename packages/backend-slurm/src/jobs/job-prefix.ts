import { createHash } from 'node:crypto';

/**
 * What the names of a study's jobs begin with: readable, and unlike that of every other study, for by it jobs are found and
 * cancelled. Studies in two folders are two studies, whatever their identities: a folder can be copied, and studies of one name
 * that begin at the same instant have the same.
 * @param study its identity, and its name for people
 * @param directory its folder, links resolved
 */
export function jobPrefix({ id, name }: { readonly id: string; readonly name: string }, directory: string): string {
  const readable = name.replace(/[^A-Za-z0-9]+/g, '').slice(0, 12);
  const digest = createHash('sha256').update(`${id}\0${directory}`).digest('hex');
  return `fettle-${readable}-${digest.slice(0, 10)}-`;
}
