import { FettleError } from '@fettle/core/errors';
import { EXIT } from './exit-codes.ts';
import { toText } from './failure.ts';
import { describeFileError } from './file-error.ts';
import { type Paint, paintFor } from './text/style.ts';

/** What a command may touch of the process around it. */
export interface Io {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Styles for standard output. */
  readonly paint: Paint;
  /** Styles for standard error, which may go elsewhere. */
  readonly paintError: Paint;
  /** Columns of the terminal that standard output is; infinitely many where it goes elsewhere. */
  readonly columns: number;
  /** Writes a line (or several) to standard output. */
  out(text: string): void;
  /** Writes a line (or several) to standard error. */
  err(text: string): void;
  /**
   * From now on the process outlives its outputs: when the terminal or the pipe behind one is gone, or its disk is full, what
   * is written there is dropped. Before that call the process ends, as programs in a pipeline do.
   */
  outliveOutputs(): void;
}

/** The real process. */
export function processIo(): Io {
  const { stdout, stderr } = process;
  const paintError = paintFor(stderr);
  let outlive = false;
  for (const stream of [stdout, stderr]) {
    stream.on('error', ({ code = '', syscall = '', message }: NodeJS.ErrnoException) => {
      if (outlive) return;
      // EPIPE: `fettle trials | head` has read enough. EIO: the terminal is gone.
      if (code === 'EPIPE' || code === 'EIO') process.exit(process.exitCode ?? EXIT.ok);
      const { message: what, remedy } = describeFileError({ code, syscall, message });
      const failure = new FettleError('file-inaccessible', what, { place: 'standard output', remedy });
      if (stream === stdout) stderr.write(`${toText(failure, paintError)}\n`);
      process.exit(EXIT.failure);
    });
  }
  return {
    stdout,
    stderr,
    cwd: process.cwd(),
    env: process.env,
    paint: paintFor(stdout),
    paintError,
    columns: stdout.isTTY && stdout.columns > 0 ? stdout.columns : Number.POSITIVE_INFINITY,
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    outliveOutputs: () => {
      outlive = true;
    },
  };
}
