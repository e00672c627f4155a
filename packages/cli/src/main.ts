import { readFileSync } from 'node:fs';
import { commandLine, isCommanderError } from './command-line.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { exitCodeOf, toText } from './failure.ts';
import { type Io, processIo } from './io.ts';

/**
 * Runs the command line and sets the process's exit code.
 * @param args what stands behind `fettle`
 */
export async function main(args: readonly string[]): Promise<void> {
  process.exitCode = await run(args, processIo());
}

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  let code: ExitCode = EXIT.ok;
  const program = commandLine(version, io, (result) => {
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
    io.err(toText(thrown, args.includes('--json')));
    return exitCodeOf(thrown);
  }
}
