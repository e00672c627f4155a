import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { type AttemptFiles, type Clock, messageOf } from '@fettle/core';
import type { Engine } from './engine/engine.ts';
import { isEngineError } from './engine/engine-error.ts';

/** How long an exited container's last output is waited for, in milliseconds. */
const PATIENCE = 30_000;
/** The program can write where these files are: a link that it puts there must not lead the driver elsewhere. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

/**
 * Writes what a container prints to the attempt's files, for images without a shell. Reads no faster than it writes. An
 * engine keeps all that was printed, so a new follower begins at the beginning and leaves out what is in the files already.
 */
export class OutputFollower {
  readonly #engine: Engine;
  readonly #name: string;
  readonly #files: AttemptFiles;
  readonly #stop = new AbortController();
  #following: Promise<boolean> | undefined;

  constructor(engine: Engine, name: string, files: AttemptFiles) {
    this.#engine = engine;
    this.#name = name;
    this.#files = files;
  }

  /** Whether it has not been cut off. */
  get following(): boolean {
    return this.#following !== undefined;
  }

  /** Follows, unless it does already. */
  follow(): void {
    this.#following ??= this.#copy().then(
      () => true,
      () => {
        this.#following = undefined;
        return false;
      },
    );
  }

  /**
   * Waits until everything that an exited container printed has been written.
   * @returns what stood in the way, as a sentence; `undefined` if all is there
   */
  async finish(clock: Clock): Promise<string | undefined> {
    const cancel = clock.after(PATIENCE, () => this.close());
    try {
      this.follow();
      await this.#following;
      // The stream may have been cut, and an engine may end it before the last of what a short-lived program printed. What its
      // log holds now is all there will be, so it is read once more.
      if (!this.#stop.signal.aborted) await this.#copy();
      return this.#stop.signal.aborted ? 'What it printed last did not arrive in time.' : undefined;
    } catch (thrown) {
      if (isEngineError(thrown, 'not-found')) return undefined;
      return `What it printed last could not be read: ${messageOf(thrown)}`;
    } finally {
      cancel();
    }
  }

  close(): void {
    this.#stop.abort();
  }

  async #copy(): Promise<void> {
    const stdout = await open(this.#files.stdout, APPEND);
    const stderr = await open(this.#files.stderr, APPEND);
    try {
      const files = { stdout, stderr };
      const known = { stdout: (await stdout.stat()).size, stderr: (await stderr.stat()).size };
      for await (const { stream, bytes } of this.#engine.output(this.#name, this.#stop.signal)) {
        const skip = Math.min(known[stream], bytes.length);
        known[stream] -= skip;
        if (skip < bytes.length) await files[stream].appendFile(bytes.subarray(skip));
      }
    } finally {
      await stdout.close();
      await stderr.close();
    }
  }
}
