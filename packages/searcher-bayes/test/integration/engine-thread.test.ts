import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ConfigurationSampler, TrialView } from '@fettle/core';
import { hartmann6 } from '@fettle/core/testing';
import { afterEach, expect, test } from 'vitest';
import { bayes } from '../../src/index.ts';
import { contextOf, offerOf } from '../sampler-context.ts';

const SEED = 9;
const open: ConfigurationSampler[] = [];

function create(options: Parameters<typeof bayes>[0]): ConfigurationSampler {
  const sampler = bayes(options).create(contextOf(hartmann6.space, SEED));
  open.push(sampler);
  return sampler;
}

afterEach(async () => {
  for (const sampler of open.splice(0)) await sampler.close?.();
});

/** One thing that a sampler is told. */
type Tell = (sampler: ConfigurationSampler) => void;

/** Runs a search, and gives back its answers and all that it was told. */
async function run(
  sampler: ConfigurationSampler,
  trials: number,
  workers: number,
): Promise<{ answers: unknown[]; told: Tell[] }> {
  const answers: unknown[] = [];
  const told: Tell[] = [];
  const tell = (one: Tell): void => {
    told.push(one);
    one(sampler);
  };
  const running: TrialView[] = [];
  for (let id = 1; id <= trials; id++) {
    const answer = await sampler.sample(offerOf(SEED, id, running));
    if (answer.kind !== 'configuration') throw new Error(answer.reason);
    answers.push(answer);
    const trial: TrialView = { id, configuration: answer.configuration, origin: 'searcher', resource: 0 };
    running.push(trial);
    tell((one) => one.started?.(trial));
    if (running.length < workers) continue;
    const done = running.shift()!;
    const value = hartmann6.evaluate(done.configuration);
    tell((one) => one.ended?.(done, { state: 'completed', value, resource: 1 }));
  }
  return { answers, told };
}

test('in a thread of its own the engine answers as in the caller’s, bit by bit', async () => {
  const [own, main] = [await run(create({}), 40, 3), await run(create({ thread: 'main' }), 40, 3)];
  expect(own.answers).toEqual(main.answers);
});

test('told its history anew, it goes on as if it had never stopped', async () => {
  const { answers, told } = await run(create({}), 90, 1);
  const restarted = create({});
  // The last trial was started and has ended: without both, the question is the same.
  for (const one of told.slice(0, -2)) one(restarted);
  expect(await restarted.sample(offerOf(SEED, 90))).toEqual(answers.at(-1));
});

test('the event loop goes on while the engine thinks', async () => {
  const sampler = create({});
  await run(sampler, 60, 1);
  let turns = 0;
  const turn = setInterval(() => (turns += 1), 1);
  for (let id = 61; id <= 70; id++) await sampler.sample(offerOf(SEED, id));
  clearInterval(turn);
  expect(turns).toBeGreaterThan(10);
});

test('closing ends the thread, and a question that was on its way', async () => {
  const sampler = create({});
  await run(sampler, 20, 1);
  const question = sampler.sample(offerOf(SEED, 21)) as Promise<unknown>;
  const refused = expect(question).rejects.toThrow('closed');
  await sampler.close?.();
  await refused;
  await expect(sampler.sample(offerOf(SEED, 21))).rejects.toThrow('closed');
});

test('a process that forgets to close it ends all the same', async () => {
  const program = `
    import { bayes } from '@fettle/searcher-bayes';
    import { SamplerSession, branin } from '@fettle/core/testing';
    const session = new SamplerSession(bayes(), branin.space, 1);
    for (let trial = 1; trial <= 12; trial++) {
      const { configuration } = await session.sample();
      session.end(session.start(configuration), { state: 'completed', value: branin.evaluate(configuration), resource: 1 });
    }
    console.log('done');`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['-C', '@fettle/source', '--input-type=module', '-e', program],
    {
      cwd: new URL('../../../../bench', import.meta.url),
      timeout: 60_000,
    },
  );
  expect(stdout).toContain('done');
});
