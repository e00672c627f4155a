import { parentPort, workerData } from 'node:worker_threads';
import { Engine } from './engine.ts';
import type { EngineSetup } from './protocol.ts';
import type { FromThread, ToThread } from './thread-messages.ts';

// The engine's thread. Questions are answered as they come; between them fits go on, a step at a time.

const engine = new Engine(workerData as EngineSetup);
const port = parentPort!;
let working = false;

port.on('message', (message: ToThread) => {
  if (message.kind === 'tell') engine.tell(message.told);
  else port.postMessage(answer(message));
  if (!working) {
    working = true;
    setImmediate(work);
  }
});

function answer(message: Exclude<ToThread, { kind: 'tell' }>): FromThread {
  const { id } = message;
  try {
    const result = message.kind === 'ask' ? engine.ask(message.question) : engine.describe();
    return { kind: 'done', id, result };
  } catch (error) {
    return { kind: 'failed', id, error };
  }
}

/** One step, and then whatever has arrived. */
function work(): void {
  // What goes wrong here goes wrong again when it is asked for, and is reported then.
  try {
    working = engine.work();
  } catch {
    working = false;
  }
  if (working) setImmediate(work);
}
