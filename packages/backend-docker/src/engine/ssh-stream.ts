import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { EngineError } from './engine-error.ts';

/** Longest piece of what `ssh` complained about that is kept, in characters. */
const LONGEST = 2000;

/**
 * A connection to the engine of another machine through `ssh`, as the `docker` command makes it. Keys, jump hosts and
 * shared connections are those of the person's own `ssh` configuration; nothing is ever asked for.
 */
export class SshStream extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(destination: string, port: number | undefined) {
    super();
    const where = port === undefined ? [] : ['-p', String(port)];
    const argv = ['-T', '-o', 'BatchMode=yes', ...where, '--', destination, 'docker', 'system', 'dial-stdio'];
    const child = spawn('ssh', argv);
    this.#child = child;
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-LONGEST);
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    // That it cannot be written to any more is said better by why it ended.
    child.stdin.on('error', () => undefined);
    child.once('error', (thrown) => this.destroy(thrown));
    child.once('close', (code) => {
      if (code === 0) this.push(null);
      else
        this.destroy(new EngineError('unreachable', `ssh ${destination} ended: ${complaint.trim() || `code ${code}`}`));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Uint8Array, _: BufferEncoding, done: () => void): void {
    this.#child.stdin.write(chunk, (thrown) => {
      if (thrown === null || thrown === undefined) done();
    });
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done);
  }

  override _destroy(thrown: Error | null, done: (thrown: Error | null) => void): void {
    this.#child.kill();
    done(thrown);
  }
}
