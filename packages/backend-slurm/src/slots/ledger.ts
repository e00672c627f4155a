import { existsSync, readFileSync } from 'node:fs';
import { FettleError, type AttemptId } from '@fettle/core';
import { appendLine, mendedLines } from './append-line.ts';

/** What the driver has done outside of itself, written down before it does it. */
export type LedgerEntry =
  /** A session of the driver began; its number is the fence against older ones. `jobs`: what the names of its jobs begin with. */
  | { readonly kind: 'opened'; readonly session: number; readonly at: number; readonly jobs: string }
  /** Slots are about to be submitted. `lanes`: how many of them share a job. */
  | {
      readonly kind: 'submitting';
      readonly batch: string;
      readonly count: number;
      readonly lanes: number;
      readonly at: number;
    }
  | { readonly kind: 'submitted'; readonly batch: string; readonly job: string }
  /** The submission did not happen, for sure. */
  | { readonly kind: 'refused'; readonly batch: string; readonly message: string }
  /** An attempt belongs to a slot from now on. */
  | { readonly kind: 'assigned'; readonly attempt: AttemptId; readonly slot: string }
  /** A slot will do nothing any more. */
  | { readonly kind: 'closed'; readonly slot: string; readonly why: string }
  /** Something went wrong on a node that may go wrong there again. */
  | { readonly kind: 'node-failed'; readonly node: string; readonly at: number }
  /** What a session has asked of Slurm so far, by command; the last one of a session counts. */
  | {
      readonly kind: 'calls';
      readonly session: number;
      readonly at: number;
      readonly calls: { readonly [command: string]: number };
    };

/** An append-only file of JSON lines with one writer, each line on disk before the call returns. */
export class Ledger {
  readonly #path: string;
  /** What was written in earlier sessions. */
  readonly past: readonly LedgerEntry[];

  /** @throws FettleError `backend-unavailable` if the file holds something else */
  constructor(path: string) {
    this.#path = path;
    this.past = existsSync(path) ? entriesOf(mendedLines(path), path) : [];
  }

  append(entry: LedgerEntry): void {
    appendLine(this.#path, JSON.stringify(entry));
  }
}

/** What a ledger holds, read beside the one who writes it. @throws FettleError as above */
export function readLedger(path: string): readonly LedgerEntry[] {
  return entriesOf(readFileSync(path, 'utf8').split('\n').slice(0, -1), path);
}

function entriesOf(lines: readonly string[], path: string): readonly LedgerEntry[] {
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as LedgerEntry;
    } catch (cause) {
      throw new FettleError('backend-unavailable', `Line ${index + 1} of the Slurm ledger is not JSON.`, {
        place: path,
        remedy:
          "Something else has written to this file. Restore it, or remove the study's slurm folder once none of its jobs runs.",
        cause,
      });
    }
  });
}
