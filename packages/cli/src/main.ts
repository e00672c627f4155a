import { readFileSync } from 'node:fs';
import { commandLine, isCommanderError } from './command-line.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { exitCodeOf, toJsonLine, toText } from './failure.ts';
import { type Io, processIo } from './io.ts';

/** In milliseconds; any time would do. */
const A_DAY = 86_400_000;

/**
 * Runs the command line and sets the process's exit code.
 * @param args what stands behind `fettle`
 */
export async function main(args: readonly string[]): Promise<void> {
  // A thread or a timer of a plugin that keeps no process alive must not end the command in the middle of its work, without a
  // word and with exit code 0.
  const alive = setInterval(() => undefined, A_DAY);
  try {
    process.exitCode = await run(args, processIo());
  } finally {
    clearInterval(alive);
  }
}

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  let code: ExitCode = EXIT.ok;
  // What stands behind `--` is for another program.
  const end = args.indexOf('--');
  const asJson = (end === -1 ? args : args.slice(0, end)).includes('--json');
  const program = commandLine(version, io, asJson, (result) => {
    code = result;
  });
  if (args.length === 0) {
    program.outputHelp();
    return EXIT.badInput;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (thrown) {
    if (isCommanderError(thrown)) return thrown.exitCode === 0 ? EXIT.ok : EXIT.badInput;
    io.err(asJson ? toJsonLine(thrown) : toText(thrown, io.paintError));
    return exitCodeOf(thrown);
  }
}
