import { createRandomStream, float, type SearcherContext, searchSpace, silentLogger } from '@fettle/core';
import type { Check } from '@fettle/core/checks';
import type { Conversation } from '../conversation.ts';
import { openConversation } from '../open-conversation.ts';
import type { ProcessOptions } from '../process-options.ts';
import { type Ready, sampleAnswer, suggestionAnswer } from '../program-messages.ts';
import type { Exchange } from './exchange.ts';

/** Trials of the small history that a killed program is told again. */
const TRIALS = 8;

/** What a program must do that no searcher's contract speaks of. */
export function protocolChecks(options: ProcessOptions, exchange: Exchange, folder: string): Check[] {
  const withConversation = async (work: (conversation: Conversation, ready: Ready) => Promise<void>): Promise<void> => {
    const conversation = openConversation(options, contextIn(folder), 'searcher', exchange);
    try {
      await work(conversation, await conversation.introduced());
    } finally {
      await conversation.close();
    }
  };
  return [
    {
      name: 'ignores messages and members that it does not know, for later versions of the protocol',
      run: () =>
        withConversation(async (conversation, ready) => {
          conversation.tell({ type: 'weather', forecast: ['rain'] } as never);
          await ask(conversation, ready, 1, { weather: 'rain' });
        }),
    },
    {
      name: 'answers the same when it is killed and told the history again',
      run: async () => {
        const calm: unknown[] = [];
        const killed: unknown[] = [];
        await withConversation((conversation, ready) => history(conversation, ready, calm, async () => undefined));
        await withConversation((conversation, ready) => history(conversation, ready, killed, () => exchange.kill()));
        for (const [index, answer] of calm.entries()) {
          const [one, two] = [JSON.stringify(answer), JSON.stringify(killed[index])];
          if (one === two) continue;
          throw new Error(
            `for trial ${index + 1} it answered ${one}, and in a second run, in which it was killed now and then, ${two}`,
          );
        }
      },
    },
    {
      name: 'ends when its input ends',
      async run() {
        const conversation = openConversation(options, contextIn(folder), 'searcher', exchange);
        const ready = await conversation.introduced();
        await ask(conversation, ready, 1);
        if (!(await conversation.close())) {
          throw new Error('it went on after the end of its standard input, and would outlive a driver that was killed');
        }
      },
    },
  ];
}

/** What a program is made for in these checks. */
export function contextIn(folder: string): SearcherContext {
  const unit = float({ min: 0, max: 1 });
  return {
    space: searchSpace({ x: unit, y: unit }),
    objective: { metric: 'loss', goal: 'minimize' },
    resumable: true,
    random: (purpose) => createRandomStream('test-searcher', purpose),
    logger: silentLogger(),
    folder,
  };
}

async function ask(conversation: Conversation, { role }: Ready, trial: number, more: object = {}): Promise<object> {
  const schema = role === 'sampler' ? sampleAnswer : suggestionAnswer;
  const question = { type: 'ask', trial, draw: 0, seed: 1000 + trial, ...more };
  const { said } = await conversation.ask(question, schema, `the question for trial ${trial}`);
  const { id: _, ...answer } = said;
  return answer;
}

/** A few trials that are asked for and completed, with something done to the program after every third. */
async function history(
  conversation: Conversation,
  ready: Ready,
  answers: unknown[],
  disturb: () => Promise<void>,
): Promise<void> {
  for (let trial = 1; trial <= TRIALS; trial += 1) {
    const answer = await ask(conversation, ready, trial);
    answers.push(answer);
    // Whatever it would like to try, these are tried: the history is the same for both.
    const x = trial / (TRIALS + 1);
    const value = (x - 0.3) ** 2;
    conversation.tell({ type: 'started', trial, configuration: { x, y: 1 - x }, origin: 'searcher' });
    conversation.tell({ type: 'report', trial, resource: 1, value, metrics: { loss: value }, decision: 'continue' });
    conversation.tell({ type: 'ended', trial, state: 'completed', resource: 1, value });
    if (trial % 3 === 0) await disturb();
  }
}
