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
}

/** The real process. */
export function processIo(): Io {
  const { stdout, stderr } = process;
  // `fettle trials | head` closes the pipe early: that is no error.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
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
  };
}
