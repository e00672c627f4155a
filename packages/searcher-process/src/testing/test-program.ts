import { resolve } from 'node:path';
import { messageOf } from '@fettle/core';
import { type Check, samplerChecks, searcherChecks } from '@fettle/core/checks';
import { watchedSampler, watchedSearcher } from '../process.ts';
import { type ProcessOptions, processOptions } from '../process-options.ts';
import type { Ready } from '../program-messages.ts';
import { Exchange, type ExchangedLine } from './exchange.ts';
import { protocolChecks } from './protocol-checks.ts';

/** What the checks need to know of a program. The limits are held to be true, not left out. */
export interface ProgramSuiteOptions {
  /** The seed makes no difference: it always suggests the same. For samplers. */
  readonly deterministic?: boolean | undefined;
  /** It comes to an end: in a finite space it suggests every configuration exactly once. For samplers. */
  readonly exhausts?: boolean | undefined;
  /** Trials of each check; default: 24 for samplers, 40 for searchers. */
  readonly trials?: number | undefined;
  /** Folder that the program runs in; default: the current one. */
  readonly folder?: string | undefined;
}

/** What came of one check. */
export interface CheckResult {
  readonly name: string;
  /** What is wrong; absent if nothing is. */
  readonly problem?: string | undefined;
  /** What was exchanged with the program in this check, its last lines; empty if nothing is wrong. */
  readonly exchange: readonly ExchangedLine[];
  /** What the program says it is; with the first result. */
  readonly program?: Ready | undefined;
}

/**
 * Checks whether a program is a searcher that keeps the protocol and the contract, one result after the other. A program that
 * does not say what it is, or does not end, is asked nothing more.
 * @throws FettleError `program-missing` when there is no such program
 */
export async function* testProgram(
  given: ProcessOptions,
  suite: ProgramSuiteOptions = {},
): AsyncGenerator<CheckResult, void, undefined> {
  const options = processOptions.parse(given);
  const folder = resolve(suite.folder ?? '.');
  const exchange = new Exchange();
  const { introduction, ending, others } = protocolChecks(options, exchange, folder);
  let program: Ready | undefined;
  const introduced = await resultOf(
    { ...introduction, run: async () => void (program = await introduction.run()) },
    exchange,
  );
  yield { ...introduced, program };
  if (program === undefined) return;
  const ended = await resultOf(ending, exchange);
  yield ended;
  if (ended.problem !== undefined) return;
  for (const check of [...others, ...contractChecks(given, program, exchange, suite, folder)]) {
    yield await resultOf(check, exchange);
  }
}

/** The checks of the contract that the program should keep: of a sampler, also as the searcher that it is by itself. */
function contractChecks(
  given: ProcessOptions,
  { role, space }: Ready,
  exchange: Exchange,
  { deterministic, exhausts, trials }: ProgramSuiteOptions,
  folder: string,
): Check[] {
  const plainSpaces = !(space.includes('conditional') && space.includes('forbidden'));
  const common = { elsewhere: true, plainSpaces, trials };
  const whole = searcherChecks(() => watchedSearcher(exchange)(given, folder), common);
  if (role === 'searcher') return whole;
  return [
    ...samplerChecks(() => watchedSampler(exchange)(given, folder), { ...common, deterministic, exhausts }),
    ...whole,
  ];
}

async function resultOf(check: Check, exchange: Exchange): Promise<CheckResult> {
  const { name } = check;
  exchange.clear();
  try {
    await check.run();
    return { name, exchange: [] };
  } catch (thrown) {
    return { name, problem: messageOf(thrown), exchange: exchange.lines };
  }
}
