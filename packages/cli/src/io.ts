import { type Paint, paintFor } from './text/style.ts';

/** What a command may touch of the process around it. */
export interface Io {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Styles for standard output. */
  readonly paint: Paint;
  /** Writes a line (or several) to standard output. */
  out(text: string): void;
  /** Writes a line (or several) to standard error. */
  err(text: string): void;
  /**
   * From now on the process outlives its readers: when the terminal or the pipe behind an output is gone, what is written
   * there is dropped. Before that call the process ends, as programs in a pipeline do.
   */
  outliveOutputs(): void;
}

/** The real process. */
export function processIo(): Io {
  const { stdout, stderr } = process;
  let outlive = false;
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // EPIPE: `fettle trials | head` has read enough. EIO: the terminal is gone.
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
      if (!outlive) process.exit(process.exitCode ?? 0);
    });
  }
  return {
    stdout,
    stderr,
    cwd: process.cwd(),
    env: process.env,
    paint: paintFor(stdout),
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    outliveOutputs: () => {
      outlive = true;
    },
  };
}
