import { createRandomStream, float, type SearcherContext, searchSpace, silentLogger } from '@fettle/core';
import type { Check } from '@fettle/core/checks';
import type { Conversation } from '../conversation.ts';
import { openConversation } from '../open-conversation.ts';
import type { CheckedProcessOptions } from '../process-options.ts';
import { type Ready, sampleAnswer, suggestionAnswer } from '../program-messages.ts';
import type { Exchange } from './exchange.ts';

/** Trials of the small history that a killed program is told again. */
const TRIALS = 8;

/** What a program must do that no searcher's contract speaks of. */
export interface ProtocolChecks {
  /** Without it nothing else can be tried. */
  readonly introduction: { readonly name: string; run(): Promise<Ready> };
  /** A program that does not end costs its patience each time. */
  readonly ending: Check;
  readonly others: readonly Check[];
}

/** The checks of the protocol itself. */
export function protocolChecks(options: CheckedProcessOptions, exchange: Exchange, folder: string): ProtocolChecks {
  const withConversation = async <T>(work: (conversation: Conversation, ready: Ready) => Promise<T>): Promise<T> => {
    const conversation = openConversation(options, contextIn(folder), 'searcher', exchange);
    try {
      return await work(conversation, await conversation.introduced());
    } finally {
      await conversation.close();
    }
  };
  const ignorance: Check = {
    name: 'ignores messages and members that it does not know, for later versions of the protocol',
    run: () =>
      withConversation(async (conversation, ready) => {
        conversation.tell({ type: 'weather', forecast: ['rain'] } as never);
        await ask(conversation, ready, 1, { weather: 'rain' });
      }),
  };
  const revival: Check = {
    name: 'answers the same when it is killed and told the history again',
    async run() {
      const calm = await withConversation((conversation, ready) => history(conversation, ready, async () => undefined));
      const killed = await withConversation((conversation, ready) =>
        history(conversation, ready, () => exchange.kill()),
      );
      for (const [index, answer] of calm.entries()) {
        if (answer === killed[index]) continue;
        throw new Error(
          `for trial ${index + 1} it answered ${answer}, and in a second run, in which it was killed now and then, ${killed[index]}`,
        );
      }
    },
  };
  return {
    introduction: {
      name: 'starts and says what it is',
      run: () => withConversation((_, ready) => Promise.resolve(ready)),
    },
    ending: {
      name: 'answers a question, and ends when its input ends',
      async run() {
        const conversation = openConversation(options, contextIn(folder), 'searcher', exchange);
        let byItself = false;
        try {
          await ask(conversation, await conversation.introduced(), 1);
        } finally {
          byItself = await conversation.close();
        }
        if (byItself) return;
        throw new Error('it went on after the end of its standard input, and would outlive a driver that was killed');
      },
    },
    others: [ignorance, revival],
  };
}

/** What a program is made for in these checks. */
function contextIn(folder: string): SearcherContext {
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

/** The answers, as text, for a few trials that are completed one by one, with something done to the program after every third. */
async function history(
  conversation: Conversation,
  ready: Ready,
  disturb: () => Promise<void>,
): Promise<readonly string[]> {
  const answers: string[] = [];
  for (let trial = 1; trial <= TRIALS; trial += 1) {
    answers.push(JSON.stringify(await ask(conversation, ready, trial)));
    // Whatever it would like to try, these are tried: the history is the same for both.
    const x = trial / (TRIALS + 1);
    const value = (x - 0.3) ** 2;
    conversation.tell({ type: 'started', trial, configuration: { x, y: 1 - x }, origin: 'searcher' });
    conversation.tell({ type: 'report', trial, resource: 1, value, metrics: { loss: value }, decision: 'continue' });
    conversation.tell({ type: 'ended', trial, state: 'completed', resource: 1, value });
    if (trial % 3 === 0) await disturb();
  }
  return answers;
}
