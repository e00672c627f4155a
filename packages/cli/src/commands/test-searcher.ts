import { FettleError } from '@fettle/core';
import { type CheckResult, testProgram } from '@fettle/searcher-process/testing';
import { z } from 'zod';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { clip, printable } from '../text/style.ts';

interface Options {
  readonly options?: string;
  readonly trials?: number;
  readonly deterministic?: boolean;
  readonly exhausts?: boolean;
  readonly answerSeconds?: number;
  readonly json?: boolean;
}

/** Lines of an exchange that are shown: what was said last before something was wrong. */
const SHOWN = 8;
/** Columns of a line that are shown where there is no terminal to fit it to. */
const WIDEST = 160;
const MARKS = { driver: '→', program: '←', stderr: '!' } as const;

const optionsSchema = z.record(z.string(), z.json());

/**
 * `fettle test-searcher`. With `--json`: a line for each check, `{ name, problem, exchange: [{ from, text }], program }`, where
 * `problem` is absent if nothing is wrong and `program`, what the program says it is, comes with the first.
 */
export async function execute([command]: readonly [readonly string[]], options: Options, io: Io): Promise<ExitCode> {
  const { trials, deterministic, exhausts, answerSeconds } = options;
  const given = {
    command: [...command],
    options: optionsOf(options.options),
    ...(answerSeconds === undefined ? {} : { answerSeconds }),
  };
  const found = { right: 0, wrong: 0 };
  /** What was found wrong already, and by which check. */
  const known = new Map<string, string>();
  for await (const result of testProgram(given, { trials, deterministic, exhausts, folder: io.cwd })) {
    const { name, problem } = result;
    if (problem === undefined) found.right += 1;
    else found.wrong += 1;
    if (options.json === true) io.out(JSON.stringify(result));
    else io.out(describe(result, problem === undefined ? undefined : known.get(problem), io));
    if (problem !== undefined && !known.has(problem)) known.set(problem, name);
  }
  if (options.json !== true) io.out(conclusion(found, io));
  return found.wrong === 0 ? EXIT.ok : EXIT.failure;
}

function optionsOf(text: string | undefined): z.output<typeof optionsSchema> {
  if (text === undefined) return {};
  try {
    return optionsSchema.parse(JSON.parse(text));
  } catch (thrown) {
    throw new FettleError('usage', `--options takes a JSON object, not '${text}'.`, {
      remedy: `Write it in one argument: --options '{"population": 8}'`,
      cause: thrown,
    });
  }
}

/** @param before the check that has found the same already */
function describe({ name, problem, exchange, program }: CheckResult, before: string | undefined, io: Io): string {
  const { paint } = io;
  if (problem === undefined) {
    const { role, name: called, version = '' } = program ?? { role: '', name: '' };
    const about = program === undefined ? '' : paint('dim', `: the ${role} ${called} ${version}`.trimEnd());
    return `${paint('green', '✓')} ${name}${about}`;
  }
  const heading = `${paint('red', '✗')} ${name}`;
  if (before !== undefined) return `${heading}\n  as above: ${before}`;
  const columns = Math.min(io.columns, WIDEST);
  const lines = exchange
    .slice(-SHOWN)
    .map(({ from, text }) => `    ${MARKS[from]} ${clip(printable(text), columns - 6)}`);
  const said = problem.split('\n').map((text) => `  ${text}`);
  if (lines.length > 0)
    said.push(paint('dim', '  sent (→), received (←), written to standard error (!), the last of it:'), ...lines);
  return [heading, ...said].join('\n');
}

function conclusion({ right, wrong }: { readonly right: number; readonly wrong: number }, { paint }: Io): string {
  if (wrong === 0) return paint('green', `All ${right} checks passed: this is a searcher.`);
  return paint('red', `${wrong} of ${right + wrong} checks failed.`);
}
