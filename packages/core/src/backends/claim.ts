import { readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bug } from '../errors.ts';

/**
 * Who may run an attempt: how it is made sure that its program is started at most once, whichever drivers die when.
 *
 * A claim is a symbolic link `claim-<generation>` in the attempt's folder; what it points to is a text, not a file. Making
 * a link is one step, fails if the link is there, and brings the text with it. Claims are never removed or changed.
 *
 * 1. A program is started only by a launcher that has made the claim of the generation it was given.
 * 2. A driver gives a launcher the lowest generation without a claim. All before it are then revoked: it has read so, and
 *    claims never change.
 * 3. A driver that wants to know whether an attempt was ever begun makes the lowest missing claim itself, as `revoked`.
 *    - It succeeds: every launcher of this generation that still comes will fail to claim and leave. Those of lower
 *      generations have lost already, those of higher ones do not exist, by 2. So the attempt has not begun and will
 *      not, until somebody is given the next generation: which is how it can be launched again.
 *    - It fails: a launcher has the claim, whose text says which process it is.
 *
 * Two launchers with claims would need two generations, g < h. The one with h was started after g had been read as
 * revoked, by 2; then g is not a launcher's. So there is at most one, even if two drivers were at work at once.
 */
export interface Claim {
  readonly pid: number;
  /** Name of the machine. */
  readonly host: string;
  /** Which run of the machine's kernel; `-` where the system does not say. */
  readonly boot: string;
  /** GPUs leased to the attempt. */
  readonly gpus: readonly string[];
  /** When the launcher started, in the system's own words: with the number, it identifies the process. */
  readonly start: string;
}

/** How the claims of an attempt stand: a launcher's, or free from a generation on. */
export type ClaimState = { readonly claim: Claim } | { readonly generation: number };

const REVOKED = 'revoked';
const NOTHING = '-';

/** Path of an attempt's claim. */
export function claimPath(attempt: string, generation: number): string {
  return join(attempt, `claim-${generation}`);
}

/** The part of a claim's text that a driver gives its launcher. */
export function claimant(host: string, boot: string, gpus: readonly string[]): string {
  return `${host} ${boot} ${gpus.length === 0 ? NOTHING : gpus.join(',')}`;
}

/** Reads the claims of an attempt. */
export function readClaims(attempt: string): ClaimState {
  for (let generation = 1; ; generation += 1) {
    const text = textOf(claimPath(attempt, generation));
    if (text === undefined) return { generation };
    if (text !== REVOKED) return { claim: parseClaim(text) };
  }
}

/**
 * Makes sure that the attempt will not begin unless it is launched anew.
 * @returns the claim, if a launcher was faster
 */
export function revoke(attempt: string): Claim | undefined {
  for (;;) {
    const state = readClaims(attempt);
    if ('claim' in state) return state.claim;
    try {
      symlinkSync(REVOKED, claimPath(attempt, state.generation));
      return undefined;
    } catch (thrown) {
      if (!isCode(thrown, 'EEXIST')) throw thrown;
    }
  }
}

function textOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (thrown) {
    if (isCode(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}

function parseClaim(text: string): Claim {
  const [pid, host, boot, gpus, ...start] = text.trim().split(/\s+/);
  if (pid === undefined || host === undefined || boot === undefined || gpus === undefined) {
    return bug(`the claim '${text}' cannot be read`);
  }
  return { pid: Number(pid), host, boot, gpus: gpus === NOTHING ? [] : gpus.split(','), start: start.join(' ') };
}

function isCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}
