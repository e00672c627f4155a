/** A study of trials that do next to nothing, each in a container of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { docker } from '@fettle/backend-docker';
import { API_VERSION, createStudy, defineSampler, float, random, searchSpace } from '@fettle/core';

/** Where and how it runs. */
export interface ContainerStudy {
  readonly socket: string;
  readonly image: string;
  readonly trials: number;
  readonly workers: number;
  /** Called when the searcher is asked for the next trial, which waits for it. With one worker no other trial runs then. */
  readonly between?: (() => Promise<void>) | undefined;
  /** Called after each trial with how many have ended. */
  readonly look?: ((ended: number) => void) | undefined;
}

/**
 * Runs it to its end, with its journal on disk as any study's.
 * @returns milliseconds from the first launch being meant to the end of the last attempt being known
 * @throws Error when a trial does not complete
 */
export async function runContainerStudy(subject: ContainerStudy): Promise<number> {
  const { socket, image, trials, workers, between, look } = subject;
  const directory = mkdtempSync(join(tmpdir(), 'fettle-bench-'));
  let began: number | undefined;
  let ended = 0;
  let last = 0;
  const problems: unknown[] = [];
  try {
    const study = await createStudy({
      name: 'overhead',
      space: searchSpace({ x: float({ min: 0, max: 1 }) }),
      objective: { metric: 'loss', goal: 'minimize' },
      searcher: samplerWith(between),
      backend: docker({ image, host: `unix://${socket}`, workers }),
      command: ['echo', '{{"loss": {x}}}'],
      budget: { trials },
      seed: 1,
      directory,
    });
    study.on('attempt:launching', () => (began ??= performance.now()));
    study.on('attempt:ended', ({ body: { end } }) => {
      if (end.kind !== 'finished') problems.push(end);
      last = performance.now();
      ended += 1;
      look?.(ended);
    });
    await study.run();
    if (problems.length > 0 || ended !== trials) throw new Error(`not all completed: ${JSON.stringify(problems)}`);
    return last - (began ?? Number.NaN);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Random values; each waits for what is to be done before. */
function samplerWith(between: ContainerStudy['between']) {
  return defineSampler({
    name: 'between',
    version: '0.1.0',
    apiVersion: API_VERSION,
    options: random.definition.options,
    create: () => ({
      sample: async (offer) => {
        await between?.();
        return { kind: 'configuration', configuration: { x: offer.random('x').next() }, reason: 'drawn at random' };
      },
    }),
  })();
}
