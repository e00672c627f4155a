import { resolve } from 'node:path';
import { FettleError, findProgram, type SearcherContext } from '@fettle/core';
import { Conversation } from './conversation.ts';
import type { CheckedProcessOptions } from './process-options.ts';
import type { Watcher } from './program-life.ts';
import type { Ready } from './program-messages.ts';
import { helloOf } from './study-messages.ts';

/**
 * Begins a conversation with a program about a study. The program is looked for now and started with the first question.
 * @param use what it is used as
 * @throws FettleError `program-missing` when there is no such program
 */
export function openConversation(
  options: CheckedProcessOptions,
  context: SearcherContext,
  use: Ready['role'],
  watcher?: Watcher,
): Conversation {
  const [name = '', ...args] = options.command;
  const folder = resolve(context.folder ?? '.');
  const found = findProgram(name, process.env['PATH'], folder);
  if ('problem' in found) {
    throw new FettleError('program-missing', found.problem, { remedy: 'Correct command[0] of the searcher.' });
  }
  const who = `'${options.command.join(' ')}'`;
  return new Conversation({
    command: { file: found.path, args, folder },
    who,
    hello: helloOf(context, options.options),
    check: (ready) => requireFit(ready, who, context, use),
    startSeconds: options.startSeconds,
    answerSeconds: options.answerSeconds,
    restarts: options.restarts,
    logger: context.logger,
    watcher,
  });
}

/** @throws FettleError `capability-missing` with everything that does not fit */
function requireFit(ready: Ready, who: string, { space, resumable }: SearcherContext, use: Ready['role']): void {
  const lacks: string[] = [];
  if (use === 'sampler' && ready.role !== 'sampler') {
    lacks.push(
      'it is a whole searcher, which decides itself how long trials run: it cannot be a sampler of another one',
    );
  }
  const conditional = space.parameters.filter(({ conditions }) => conditions.length > 0).map(({ name }) => name);
  if (conditional.length > 0 && !ready.space.includes('conditional')) {
    lacks.push(`it takes no conditional parameters, such as ${conditional[0]}`);
  }
  if (space.forbidden.length > 0 && !ready.space.includes('forbidden')) {
    lacks.push('it takes no forbidden combinations');
  }
  if (ready.needs.includes('resume') && !resumable) {
    lacks.push('it needs trials that go on from their checkpoint (`resumable: true`)');
  }
  if (lacks.length === 0) return;
  throw new FettleError('capability-missing', `${who} does not fit the study: ${lacks.join('; ')}.`, {
    remedy: 'Change the study, or choose another searcher.',
  });
}
