import type { Configuration } from '../domain/configuration.ts';
import { FAILURE_CLASSES } from '../domain/failure.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { Plugin } from '../plugin/define.ts';
import type { Sample } from '../ports/configuration-sampler.ts';
import type { TrialView } from '../ports/searcher.ts';
import type { Check } from './check.ts';
import { fail, SamplerSession } from './sampler-session.ts';
import { CONTINUOUS_SPACE, FINITE_SPACE, isPlain, PLAIN_FINITE_SPACE, SAMPLER_SPACES } from './sampler-spaces.ts';
import { withoutGlobals } from './without-globals.ts';

/** What a sampler's contract suite needs to know of it. The limits are held to be true, not left out. */
export interface SamplerSuiteOptions {
  /** The seed makes no difference: it always suggests the same. */
  readonly deterministic?: boolean | undefined;
  /** It comes to an end: in a finite space it suggests every configuration exactly once. */
  readonly exhausts?: boolean | undefined;
  /** Trials of each check; default 24. Fewer for samplers that think long. */
  readonly trials?: number | undefined;
  /** Further spaces to try it on, by name. */
  readonly spaces?: { readonly [name: string]: SearchSpace } | undefined;
  /** It decides in another process, where its sources of randomness and time cannot be watched from here. */
  readonly elsewhere?: boolean | undefined;
  /** It takes only spaces without conditional parameters and forbidden combinations; the others are left out. */
  readonly plainSpaces?: boolean | undefined;
}

/**
 * The checks of a sampler's contract, one by one; `describeSampler` makes tests of them. Use this directly to run them
 * elsewhere than in vitest.
 * @param make makes the plugin anew each time
 */
export function samplerChecks(make: () => Plugin<'sampler'>, options: SamplerSuiteOptions = {}): Check[] {
  const { deterministic = false, exhausts = false, trials = 24, elsewhere = false, plainSpaces = false } = options;
  const spaces = [
    ...SAMPLER_SPACES.filter(([, space]) => !plainSpaces || isPlain(space)),
    ...Object.entries(options.spaces ?? {}),
  ];
  const finite = plainSpaces ? PLAIN_FINITE_SPACE : FINITE_SPACE;
  const search = (one: SamplerSession, probe?: Probe): Promise<string[]> => run(one, trials, exhausts, probe);
  /** A check that is given a maker of sessions, and closes what it made. */
  const check = (name: string, work: (session: SessionMaker) => Promise<void>): Check => ({
    name,
    async run() {
      const opened: SamplerSession[] = [];
      try {
        await work((space, seed = 7) => {
          const one = new SamplerSession(make(), space, seed);
          opened.push(one);
          return one;
        });
      } finally {
        for (const one of opened) await one.close();
      }
    },
  });

  return [
    ...spaces.map(([name, space]) =>
      check(`stays inside the ${name} space`, async (session) => {
        await search(session(space));
      }),
    ),
    check('sample changes nothing: asked more often, it answers the same', async (session) => {
      for (const space of [CONTINUOUS_SPACE, finite]) {
        const quiet = await search(session(space));
        const asked = await search(session(space), async (one, answer) => {
          for (const draw of [0, 1, 2, 0]) {
            const again = await one.sample(draw);
            if (draw === 0) requireSame(answer, again, 'asked twice with the same offer it changed its answer');
          }
        });
        requireSame(quiet, asked, 'it answers differently after it was asked without a trial being started');
      }
    }),
    check('answers the same to the same seed and history', async (session) => {
      for (const space of [CONTINUOUS_SPACE, finite]) {
        requireSame(await search(session(space)), await search(session(space)), 'two studies with seed 7 differ');
      }
    }),
    check(deterministic ? 'answers the same to every seed' : 'answers differently to another seed', async (session) => {
      const one = await search(session(CONTINUOUS_SPACE, 7));
      const two = await search(session(CONTINUOUS_SPACE, 8));
      if (deterministic) requireSame(one, two, 'it is said to be deterministic, but the seeds 7 and 8 differ');
      else if (same(one, two)) fail('the seeds 7 and 8 gave the same: take randomness from the offer or the context');
    }),
    ...(elsewhere
      ? []
      : [
          check('takes randomness from the offer and time from nowhere', async (session) => {
            await withoutGlobals(() => search(session(CONTINUOUS_SPACE)));
          }),
        ]),
    check('can be rebuilt from its history at any moment', async (session) => {
      // A process takes its time to start: there not every moment is tried.
      const stride = elsewhere ? 5 : 1;
      for (const space of [CONTINUOUS_SPACE, finite]) {
        let moment = 0;
        await search(session(space), async (one, answer) => {
          moment += 1;
          if (moment % stride !== 0) return;
          const copy = one.rebuilt();
          let rebuilt: Sample;
          try {
            rebuilt = await copy.sample();
          } finally {
            await copy.close();
          }
          requireSame(
            answer,
            rebuilt,
            'told the same history anew, it answers differently: state was lost or left over',
          );
        });
      }
    }),
    check('gives another configuration when one was refused', (session) =>
      checkRedraw(session(CONTINUOUS_SPACE), session(finite), exhausts),
    ),
    check(
      exhausts ? 'tries every configuration exactly once, and is then exhausted' : 'is never exhausted by itself',
      (session) => checkEnd(session(finite), exhausts),
    ),
    check('survives failed, stopped and diverged trials, and trials of others', (session) =>
      checkFaults(session(CONTINUOUS_SPACE), session(finite), exhausts),
    ),
  ];
}

/** Begins a session of the sampler in a space, with this seed or 7. */
type SessionMaker = (space: SearchSpace, seed?: number) => SamplerSession;

/** Looks at an answer before its trial is started. */
type Probe = (session: SamplerSession, answer: Sample) => Promise<void>;

/** Runs so many trials, up to three at a time, and gives back every configuration as text. */
async function run(session: SamplerSession, trials: number, exhausts: boolean, probe?: Probe): Promise<string[]> {
  const running: TrialView[] = [];
  const suggested: string[] = [];
  const finish = (trial: TrialView | undefined): void => {
    if (trial === undefined) return;
    const value = loss(session.space, trial.configuration);
    session.report(trial, value + 0.1, 1);
    session.report(trial, value, 2);
    session.end({ ...trial, value }, { state: 'completed', value, resource: 2 });
  };
  for (let trial = 1; trial <= trials; trial++) {
    const answer = await session.sample();
    await probe?.(session, answer);
    if (answer.kind === 'exhausted') {
      if (!exhausts)
        fail(`for trial ${trial} it said it was exhausted (${answer.reason}), but is not said to come to an end`);
      break;
    }
    suggested.push(JSON.stringify(answer.configuration));
    running.push(session.start(answer.configuration));
    // Trials overtake each other: the newest ends first every other time.
    if (running.length === 3) finish(trial % 2 === 0 ? running.pop() : running.shift());
  }
  for (const trial of running) finish(trial);
  return suggested;
}

/** A smooth function with one smallest value, for any space. */
function loss(space: SearchSpace, configuration: Configuration): number {
  let sum = 0;
  for (const coordinate of space.toUnit(configuration)) sum += (coordinate - 0.3) ** 2;
  return sum;
}

async function checkRedraw(continuous: SamplerSession, finite: SamplerSession, exhausts: boolean): Promise<void> {
  const seen = new Set<string>();
  for (let draw = 0; draw < 8; draw++) {
    const answer = await continuous.sample(draw);
    if (answer.kind === 'exhausted' && exhausts) break;
    const text = keyOf(continuous, answer);
    if (seen.has(text))
      fail(`in a continuous space it gave ${JSON.stringify(answer)} at draw ${draw}, though it was refused`);
    seen.add(text);
  }
  const found = new Set<string>();
  for (let draw = 0; draw < 64; draw++) found.add(keyOf(finite, await finite.sample(draw)));
  if (found.size < 2)
    fail('in a finite space it gave the same configuration 64 times, though it was refused each time');
}

async function checkEnd(session: SamplerSession, exhausts: boolean): Promise<void> {
  const size = session.space.cardinality();
  const seen = new Set<string>();
  for (let trial = 1; trial <= 3 * size; trial++) {
    const answer = await session.sample();
    if (answer.kind === 'exhausted') {
      if (!exhausts)
        fail(`it said it was exhausted (${answer.reason}) after ${trial - 1} trials: the core sees to that`);
      if (seen.size < size) fail(`it said it was exhausted after ${seen.size} of ${size} configurations`);
      return;
    }
    const text = keyOf(session, answer);
    if (exhausts && seen.has(text)) fail(`it suggested ${JSON.stringify(answer.configuration)} twice`);
    seen.add(text);
    const trialView = session.start(answer.configuration);
    session.end(trialView, { state: 'completed', value: loss(session.space, answer.configuration), resource: 1 });
  }
  if (exhausts) fail(`it goes on after all ${size} configurations were tried, but is said to come to an end`);
}

async function checkFaults(continuous: SamplerSession, finite: SamplerSession, exhausts: boolean): Promise<void> {
  for (const session of [continuous, finite]) {
    const foreign = session.space.fromUnit(session.space.dimensions.map(() => 0.9))!;
    session.end(session.start(foreign, 'first'), { state: 'completed', value: 0.5, resource: 1 });
    for (const failure of FAILURE_CLASSES) {
      await oneTrial(session, exhausts, (trial) => {
        session.end(trial, { state: 'failed', failure, resource: 0, message: 'it failed' });
      });
    }
    await oneTrial(session, exhausts, (trial) => {
      session.report(trial, Number.POSITIVE_INFINITY);
      session.end(trial, { state: 'completed', value: Number.POSITIVE_INFINITY, resource: 1 });
    });
    await oneTrial(session, exhausts, (trial) => {
      session.report(trial, 0.4);
      session.end(trial, { state: 'stopped', resource: 1, reason: 'a person said so' });
    });
    await oneTrial(session, exhausts, (trial) => {
      session.report(trial, 0.4);
      session.end(trial, { state: 'paused', resource: 1 });
    });
    session.start(foreign, 'first');
    await run(session, 8, exhausts);
  }
}

async function oneTrial(session: SamplerSession, exhausts: boolean, finish: (trial: TrialView) => void): Promise<void> {
  const answer = await session.sample();
  if (answer.kind === 'configuration') finish(session.start(answer.configuration));
  else if (!exhausts) fail(`it said it was exhausted after trials that failed: ${answer.reason}`);
}

function keyOf(session: SamplerSession, answer: Sample): string {
  return answer.kind === 'exhausted' ? 'exhausted' : session.space.key(answer.configuration);
}

function same(one: unknown, two: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(two);
}

function requireSame(one: unknown, two: unknown, otherwise: string): void {
  if (!same(one, two)) fail(`${otherwise}: ${JSON.stringify(one)} and ${JSON.stringify(two)}`);
}
