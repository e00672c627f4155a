import { isDeepStrictEqual } from 'node:util';
import { describe, it } from 'vitest';
import type { Objective } from '../domain/objective.ts';
import type { Plugin } from '../plugin/define.ts';
import type { MetricSource } from '../ports/metric-source.ts';
import type { Check } from './check.ts';
import { fail, feed, show, type PlacedReading, type PlainReading } from './feed-metric-source.ts';

/** A text that a program writes, and the reports that the source makes of it. */
export interface MetricSample {
  readonly name: string;
  /** A few lines, complete: the suite cuts it at every byte. */
  readonly text: string;
  /** The reports, in order. */
  readonly readings: readonly PlainReading[];
}

/** What a metric source's contract suite needs to know of it. */
export interface MetricSourceSuiteOptions {
  /** At least one of them makes two reports or more. */
  readonly samples: readonly MetricSample[];
  /** A line, without its end, that reports this value of the objective's metric. */
  readonly line: (value: string) => string;
  /** What the source is made for; default: `loss`, to be minimised, with its resource in `epoch`. */
  readonly objective?: Objective | undefined;
}

const OBJECTIVE: Objective = { metric: 'loss', goal: 'minimize', resource: 'epoch' };
const MIB = 1_048_576;
const RUNS = 20;
const NUMBERS: { readonly [text: string]: number } = {
  '0.25': 0.25,
  '1e-05': 1e-5,
  NaN: Number.NaN,
  nan: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  inf: Number.POSITIVE_INFINITY,
};
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * The checks of a metric source's contract, one by one; `describeMetricSource` makes tests of them. Use this directly to
 * run them elsewhere than in vitest.
 * @param make makes the plugin anew each time
 */
export function metricSourceChecks(
  make: () => Plugin<'metric-source'>,
  { samples, line, objective = OBJECTIVE }: MetricSourceSuiteOptions,
): Check[] {
  const source = (): MetricSource => make().create({ logger: silent, objective });
  /** Each sample read whole, which must give what its author says; the other checks compare with it. */
  const each = (check: (bytes: Uint8Array, whole: readonly PlacedReading[], name: string) => void): void => {
    for (const { name, text } of samples) check(Buffer.from(text), feed(source(), Buffer.from(text)), name);
  };
  /** Each sample changed in a way that must not change its reports. */
  const same = (change: (text: string) => string | Uint8Array): void => {
    for (const { name, text, readings } of samples) expect(feed(source(), toBytes(change(text))), readings, name);
  };
  const lines = (text: string): string[] => text.split('\n').filter((part) => part !== '');

  return [
    {
      name: 'reads the samples as their author says',
      run() {
        if (!samples.some(({ readings }) => readings.length > 1))
          fail('give at least one sample with two reports or more');
        for (const { name, text, readings } of samples) expect(feed(source(), Buffer.from(text)), readings, name);
      },
    },
    {
      name: 'reads the same, at the same places, byte by byte',
      run: () => each((bytes, whole, name) => expectPlaced(feed(source(), bytes, { nextSize: () => 1 }), whole, name)),
    },
    {
      name: 'reads the same, at the same places, however the text is cut',
      run: () =>
        each((bytes, whole, name) => {
          const random = generator(1);
          for (let run = 0; run < RUNS; run += 1) {
            expectPlaced(feed(source(), bytes, { nextSize: () => 1 + random(40) }), whole, name);
          }
        }),
    },
    {
      name: 'reads nothing that the bytes to come could change',
      run: () =>
        each((bytes, whole, name) => {
          for (let end = 0; end <= bytes.length; end += 1) {
            const early = feed(source(), bytes.subarray(0, end), { final: false });
            expectPlaced(early, whole.slice(0, early.length), `${name}, of which ${end} bytes are written`);
          }
        }),
    },
    {
      name: 'reads an unfinished last line once it is final',
      run: () => same((text) => text.replace(/\n$/, '')),
    },
    {
      name: 'goes on after each reading with exactly those that remain',
      run: () =>
        each((bytes, whole, name) => {
          for (const [index, { end, state }] of whole.entries()) {
            const rest = feed(source(), bytes, { offset: end, state });
            expectPlaced(rest, whole.slice(index + 1), `${name}, continued after reading ${index + 1}`);
          }
        }),
    },
    {
      name: 'keeps nothing between calls but its state: one source serves all attempts at once',
      run: () => each((bytes, whole, name) => interleave(source(), bytes, whole, name)),
    },
    { name: 'takes CRLF for the end of a line', run: () => same((text) => text.replaceAll('\n', '\r\n')) },
    {
      name: 'takes a lone CR for the end of a line, as progress bars write it',
      run: () => same((text) => `${lines(text).join('\r')}\r`),
    },
    {
      name: 'sees through the colours and cursor movements of a terminal',
      run: () =>
        same((text) =>
          lines(text)
            .map((part) => `\u001B[2K\u001B[1;32m${part}\u001B[0m\n`)
            .join(''),
        ),
    },
    {
      name: 'reads numbers, NaN and infinities',
      run() {
        for (const [text, value] of Object.entries(NUMBERS)) {
          const reading = feed(source(), Buffer.from(`${line(text)}\n`)).map(
            ({ metrics }) => metrics[objective.metric],
          );
          if (!isDeepStrictEqual(reading, [value])) fail(`'${line(text)}' gives ${show(reading)} and not [ ${value} ]`);
        }
      },
    },
    {
      name: 'survives lines longer than 1 MiB and reads on behind them',
      run: () => {
        for (const size of [MIB - 1, MIB, MIB + 1, 3 * MIB]) same((text) => `${'x'.repeat(size)}\n${text}`);
      },
    },
    {
      name: 'survives invalid UTF-8, NUL and binary noise between lines',
      run: () => {
        const noise = Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0xf0, 0x9f, 0, 0, 0x80, 0x0a]);
        same((text) => Buffer.concat([noise, ...lines(text).flatMap((part) => [Buffer.from(`${part}\n`), noise])]));
      },
    },
    { name: 'accepts an empty file', run: () => expect(feed(source(), new Uint8Array()), [], 'an empty file') },
    {
      name: 'never throws on random bytes',
      run() {
        const random = generator(2);
        const likely = Buffer.from(`\r\n\u001B[{}"',:=0123456789.eE+-${samples.map(({ text }) => text).join('')}`);
        for (let run = 0; run < 10 * RUNS; run += 1) {
          const bytes = Uint8Array.from({ length: random(400) }, () =>
            random(4) === 0 ? random(256) : (likely[random(likely.length)] as number),
          );
          const whole = feed(source(), bytes);
          expectPlaced(feed(source(), bytes, { nextSize: () => 1 + random(60) }), whole, `random bytes ${run}`);
        }
      },
    },
  ];
}

/**
 * Makes a vitest suite of a metric source's contract.
 * @param name what the suite is called
 * @param make makes the plugin anew each time
 * @param options samples of what the source reads
 */
export function describeMetricSource(
  name: string,
  make: () => Plugin<'metric-source'>,
  options: MetricSourceSuiteOptions,
): void {
  describe(`${name}, as a metric source,`, () => {
    for (const check of metricSourceChecks(make, options)) it(check.name, () => check.run());
  });
}

/** Reads two files with one source, a few bytes of each in turn, and calls it twice for each. */
function interleave(source: MetricSource, bytes: Uint8Array, whole: readonly PlacedReading[], name: string): void {
  const other = Buffer.concat([Buffer.from('\n'), bytes]);
  const sizes = (): number => {
    source.parse(other.subarray(0, other.length >> 1), undefined, false);
    return 7;
  };
  expectPlaced(feed(source, bytes, { nextSize: sizes }), whole, `${name}, with another file read in between`);
}

function expect(readings: readonly PlainReading[], expected: readonly PlainReading[], where: string): void {
  const plain = (list: readonly PlainReading[]) =>
    list.map(({ metrics, resource }) => ({ metrics: { ...metrics }, resource }));
  if (isDeepStrictEqual(plain(readings), plain(expected))) return;
  fail(`${where}: it reads ${show(plain(readings))} and not ${show(plain(expected))}`);
}

function expectPlaced(readings: readonly PlacedReading[], expected: readonly PlacedReading[], where: string): void {
  expect(readings, expected, where);
  const ends = (list: readonly PlacedReading[]) => list.map(({ end }) => end);
  if (isDeepStrictEqual(ends(readings), ends(expected))) return;
  fail(`${where}: its readings end at the bytes ${show(ends(readings))} and not ${show(ends(expected))}`);
}

function toBytes(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text) : text;
}

/** Integers below a bound, the same ones each time (a linear congruential generator, Numerical Recipes, section 7.1). */
function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
