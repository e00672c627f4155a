import { setTimeout as delay } from 'node:timers/promises';
import { createStudy, float, type JsonObject, limit, searchSpace } from '@fettle/core';
import { describe, expect, it } from 'vitest';
import { processSampler, processSearcher } from '../../src/process.ts';
import { ProcessSearcher } from '../../src/process-searcher.ts';
import { Exchange } from '../../src/testing/exchange.ts';
import { contextOf, odd, offer, searcherOf, view } from './odd-program.ts';

const REPORT = { resource: 1, value: 0.5, metrics: { loss: 0.5 } };

describe('a program whose answer is wrong', () => {
  const cases: readonly [what: string, asked: string, message: RegExp, code?: string][] = [
    [
      'is not JSON',
      'garbage',
      /question for trial 3 wrongly: it is no line of JSON[^]*goes to standard error[^]*Traceback \(most/,
    ],
    ['holds a number that JSON does not know', 'nan', /no line of JSON[^]*NaN/],
    ['has members that are not known, and lacks others', 'shape', /reason: is missing[^]*"?reson[^]*\{"type":"start"/],
    ['has another id', 'wrong-id', /id: must be the question's, 1/],
    ['lies outside the space', 'outside', /'x' must lie from 0 to 1, got 2[^]*\{"type":"start"/],
    [
      'is an error',
      'error',
      /cannot answer the question for trial 3: this space is too large for me/,
      'program-refused',
    ],
    ['has no end', 'overlong', /a line of more than 1048576 bytes/],
  ];
  it.each(cases)('ends the session, and is shown with what was expected: it %s', async (...case_) => {
    const [, asked, message, code = 'program-answer-invalid'] = case_;
    const { searcher } = searcherOf({ asked });
    const answer = searcher.ask(offer(3));
    await expect(answer).rejects.toThrow(message);
    await expect(answer).rejects.toMatchObject({ code });
  });

  it('says so at the next question when it was not asked at all', async () => {
    const exchange = new Exchange();
    const searcher = new ProcessSearcher(odd({ asked: 'twice' }), contextOf().context, exchange);
    await searcher.ask(offer(1));
    while (!exchange.lines.some(({ text }) => text.includes('by mistake'))) await delay(5);
    await expect(searcher.ask(offer(2))).rejects.toMatchObject({
      message: expect.stringMatching(/nobody had asked for: \{"type":"debug","note":"printed by/) as string,
      code: 'program-answer-invalid',
    });
  });

  it('is not waited for longer than the limit', async () => {
    const { searcher } = searcherOf({ asked: 'silent' }, { answerSeconds: 0.2 });
    const answer = searcher.ask(offer());
    await expect(answer).rejects.toThrow(/did not answer the question for trial 1 within 0.2 s/);
    await expect(answer).rejects.toMatchObject({ code: 'program-timeout' });
    const mute = searcherOf({ ready: null }, { startSeconds: 0.5 });
    await expect(mute.searcher.ask(offer())).rejects.toThrow(/did not answer hello within 0.5 s/);
  });

  it('is waited for as long as a person may want, which is longer than timers run', async () => {
    const { searcher } = searcherOf({}, { startSeconds: 3_000_000, answerSeconds: 3_000_000 });
    expect(await searcher.ask(offer(3))).toMatchObject({ kind: 'start' });
  });

  it('of a sampler is no suggestion of a searcher', async () => {
    const { searcher } = searcherOf({ asked: 'decide', ready: { role: 'searcher' } });
    await expect(searcher.ask(offer())).rejects.toThrow(
      /Expected 'start' \| 'resume' \| 'fork' \| 'stop' \| 'wait' \| 'exhausted'/,
    );
    const sampler = searcherOf({ asked: 'decide' });
    await expect(sampler.searcher.ask(offer())).rejects.toThrow(/Expected 'start' \| 'exhausted'/);
  });
});

it.each([
  [
    'the searcher of a study',
    (options: JsonObject) => processSearcher(odd(options)),
    "searcher 'process' rejected the promise of ask",
  ],
  [
    'the sampler inside another',
    (options: JsonObject) => limit({ searcher: processSampler(odd(options)), concurrency: 1 }),
    "sampler 'process' rejected the promise of sample",
  ],
])('a program that is %s ends it with an error that says who, what and why', async (_, make, beginning) => {
  const study = await createStudy({
    name: 'wrong',
    space: searchSpace({ x: float({ min: 0, max: 1 }) }),
    objective: { metric: 'loss', goal: 'minimize' },
    searcher: make({ asked: 'garbage' }),
    evaluate: () => 1,
  });
  await expect(study.run()).rejects.toMatchObject({
    code: 'program-answer-invalid',
    message: expect.stringMatching(
      new RegExp(`^The ${beginning}\\(\\): '.*odd.mjs' answered the question for trial 1`),
    ) as string,
    remedy: expect.stringContaining('fettle test-searcher') as string,
    cause: { code: 'program-answer-invalid' },
  });
});

describe('a report', () => {
  it('is decided by a searcher, and told with the decision when the program is started again', async () => {
    const exchange = new Exchange();
    const searcher = new ProcessSearcher(
      odd({ asked: 'by-type', ready: { role: 'searcher' } }),
      contextOf().context,
      exchange,
    );
    searcher.started(view(1));
    expect(await searcher.report(view(1), REPORT)).toEqual({ kind: 'pause', reason: 'enough' });
    const history = [
      { type: 'started', trial: 1, configuration: { x: 0.0001 }, origin: 'searcher' },
      { type: 'report', trial: 1, ...REPORT, decision: 'pause' },
    ];
    // The first life was told the report as a question, and is not told it again.
    expect(await searcher.ask(offer(2))).toMatchObject({ details: { told: history.slice(0, 1) } });
    await exchange.kill();
    expect(await searcher.ask(offer(2))).toMatchObject({ details: { told: history } });
    await searcher.close();
  });

  it('is not decided by a sampler', async () => {
    const { searcher } = searcherOf({});
    await searcher.ask(offer());
    searcher.started(view(1));
    expect(searcher.report(view(1), REPORT)).toEqual({ kind: 'continue' });
  });

  it('is decided also when it is the first thing that a program is asked', async () => {
    const { searcher } = searcherOf({ asked: 'decide', ready: { role: 'searcher' } });
    searcher.started(view(1));
    expect(await searcher.report(view(1), REPORT)).toEqual({ kind: 'pause', reason: 'enough' });
  });

  it('of the past is told with its decision, and not asked about', async () => {
    const { searcher } = searcherOf({ asked: 'history', ready: { role: 'searcher' } });
    searcher.started(view(1));
    const recorded = { kind: 'stop', reason: 'it was bad' } as const;
    const diverged = { resource: 2, value: Number.POSITIVE_INFINITY, metrics: { loss: Number.NaN, other: -Infinity } };
    expect(searcher.report(view(1), diverged, recorded)).toBe(recorded);
    searcher.ended(view(1), { state: 'stopped', resource: 2, reason: 'it was bad' });
    expect(await searcher.ask(offer(2))).toMatchObject({
      details: {
        told: [
          { type: 'started', trial: 1, configuration: { x: 0.0001 }, origin: 'searcher' },
          {
            type: 'report',
            trial: 1,
            resource: 2,
            value: 'Infinity',
            metrics: { loss: 'NaN', other: '-Infinity' },
            decision: 'stop',
          },
          { type: 'ended', trial: 1, state: 'stopped', resource: 2, reason: 'it was bad' },
        ],
      },
    });
  });
});
