import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Objective } from '../src/domain/objective.ts';
import { jsonLinesStdout } from '../src/metrics/json-lines.ts';
import { jsonLinesFile } from '../src/metrics/jsonl.ts';
import { regex } from '../src/metrics/regex.ts';
import type { Plugin } from '../src/plugin/define.ts';
import { feed } from '../src/testing/feed-metric-source.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const accuracy: Objective = { metric: 'accuracy', goal: 'maximize' };

function read(plugin: Plugin<'metric-source'>, text: string, objective = accuracy) {
  const source = plugin.create({ logger, objective });
  const { readings, ignored } = source.parse(Buffer.from(text), undefined, true);
  return {
    readings: readings.map(({ metrics, resource }) =>
      resource === undefined ? metrics : { ...metrics, '@': resource },
    ),
    why: ignored.map(({ why }) => why),
  };
}

describe('the JSON sources', () => {
  it('read the file that belongs to them', () => {
    const context = { logger, objective: accuracy };
    expect(jsonLinesFile().create(context).file).toBe('metrics');
    expect(jsonLinesStdout().create(context).file).toBe('stdout');
  });

  it('take the resource from the key that the objective names, else from `resource`', () => {
    const text = '{"accuracy": 1, "epoch": 4, "resource": 5}';
    expect(read(jsonLinesFile(), text, { ...accuracy, resource: 'epoch' }).readings).toEqual([
      { accuracy: 1, resource: 5, '@': 4 },
    ]);
    expect(read(jsonLinesFile(), text).readings).toEqual([{ accuracy: 1, epoch: 4, '@': 5 }]);
    expect(read(jsonLinesFile(), '{"accuracy": 1}').readings).toEqual([{ accuracy: 1 }]);
  });

  it('keep the resource among the metrics if it is the objective itself', () => {
    expect(
      read(jsonLinesFile(), '{"epoch": 4}', { metric: 'epoch', goal: 'minimize', resource: 'epoch' }).readings,
    ).toEqual([{ epoch: 4, '@': 4 }]);
  });

  it('count on when the resource is not finite, and say so', () => {
    expect(read(jsonLinesFile(), '{"accuracy": 1, "resource": NaN}')).toEqual({
      readings: [{ accuracy: 1 }],
      why: ["'resource': NaN is not a resource level"],
    });
  });

  it('add the numbers of lines without the objective to the next report, once', () => {
    const text = '{"epoch": 1, "loss": 3}\n{"loss": 2}\n{"accuracy": 0.5}\n{"accuracy": 0.6}';
    expect(read(jsonLinesFile(), text, { ...accuracy, resource: 'epoch' }).readings).toEqual([
      { loss: 2, accuracy: 0.5, '@': 1 },
      { accuracy: 0.6 },
    ]);
  });

  it('say why anything is ignored', () => {
    const text = [
      'Epoch 1',
      '{"accurcy": 1}',
      '{"accuracy": 0.5, "s": "0,93", "b": true, "l": [1], "o": {"x": 1}}',
      '{"accuracy": null}',
      '{}',
      '{"accuracy": "high", "loss": 1}',
    ].join('\n');
    expect(read(jsonLinesStdout(), text)).toEqual({
      readings: [{ accurcy: 1, accuracy: 0.5 }],
      why: [
        'not a JSON object',
        "there is no 'accuracy' in it; its numbers wait for the next report",
        "'s': '0,93' has a comma, which can mean two things: print numbers like 1234.5",
        "'b': a boolean is not a number",
        "'l': lists are not read",
        "'o': nested objects are not read: put its numbers at the top level",
        '\'accuracy\': null is not a number (JavaScript writes NaN as null; write "NaN")',
        'there is no number in it',
        "'accuracy': 'high' is not a number",
      ],
    });
  });

  it('read numbers in strings, and metrics with names that objects know', () => {
    const { readings } = read(jsonLinesFile(), '{"accuracy": "+.5e0", "__proto__": 1, "constructor": 2}');
    expect(Object.entries(readings[0] ?? {})).toEqual([
      ['accuracy', 0.5],
      ['__proto__', 1],
      ['constructor', 2],
    ]);
    expect(read(jsonLinesFile(), '{"loss": 1}', { metric: 'constructor', goal: 'minimize' }).readings).toEqual([]);
  });

  it('let only so many numbers wait', () => {
    const lines = Array.from({ length: 1002 }, (_, index) => `{"step${index}": 1}\n`).join('');
    const { readings, why } = read(jsonLinesFile(), `${lines}{"accuracy": 1}`);
    expect(Object.keys(readings[0] ?? {})).toHaveLength(1001);
    expect(why.at(-1)).toContain('1000 other numbers wait');
  });

  it('keep NaN, infinities and -0 that wait', () => {
    const text = '{"a": NaN, "b": -Infinity, "c": -0.0, "d": 2}\n{"accuracy": 1}\n';
    const source = jsonLinesFile().create({ logger, objective: accuracy });
    const [reading] = feed(source, Buffer.from(text), { nextSize: () => 1 });
    expect(reading?.metrics).toEqual({ a: Number.NaN, b: Number.NEGATIVE_INFINITY, c: -0, d: 2, accuracy: 1 });
  });

  it('read back whatever numbers JSON holds', () => {
    const source = jsonLinesFile().create({ logger, objective: accuracy });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.double()), fc.double(), (others, value) => {
        const metrics = Object.fromEntries(
          Object.entries({ ...others, accuracy: value }).filter(([name]) => name !== 'resource'),
        );
        const entries = Object.entries(metrics).map(
          ([name, number]) => `${JSON.stringify(name)}: ${Object.is(number, -0) ? '-0' : number}`,
        );
        const { readings } = source.parse(Buffer.from(`{${entries.join(', ')}}\n`), undefined, false);
        expect(readings.map((reading) => new Map(Object.entries(reading.metrics)))).toEqual([
          new Map(Object.entries(metrics)),
        ]);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('the regex source', () => {
  const loss = { name: 'loss', regex: 'loss=([^ ]+)' };
  const metrics = [{ name: 'accuracy', regex: 'acc(?:uracy)?=(?<value>[^ ]+)' }, loss];

  it('reports when the objective matches, with the latest values of the others', () => {
    expect(read(regex({ metrics }), 'loss=3\nloss=2\nacc=0.5\nacc=0.6 loss=1').readings).toEqual([
      { accuracy: 0.5, loss: 2 },
      { accuracy: 0.6, loss: 1 },
    ]);
  });

  it('reads each state of a progress bar', () => {
    expect(read(regex({ metrics }), '10% acc=0.1\r 50% acc=0.2\r100% acc=0.3\n').readings).toEqual([
      { accuracy: 0.1 },
      { accuracy: 0.2 },
      { accuracy: 0.3 },
    ]);
  });

  it('takes the resource from the metric that the objective names', () => {
    const plugin = regex({ metrics: [...metrics, { name: 'epoch', regex: 'Epoch (\\d+)' }] });
    expect(read(plugin, 'Epoch 3/9\nacc=0.5', { ...accuracy, resource: 'epoch' }).readings).toEqual([
      { accuracy: 0.5, '@': 3 },
    ]);
  });

  it('reads the file it is told to', () => {
    const context = { logger, objective: accuracy };
    expect(regex({ metrics }).create(context).file).toBe('stdout');
    expect(regex({ metrics, file: 'stderr' }).create(context).file).toBe('stderr');
  });

  it('says why anything is ignored', () => {
    expect(read(regex({ metrics }), `hello\nloss=1\nacc=0,93\nacc=0.5 loss=None\n${'x'.repeat(2001)} acc=1`)).toEqual({
      readings: [{ accuracy: 0.5, loss: 1 }],
      why: [
        'no regular expression matches',
        "there is no 'accuracy' in it",
        "'accuracy': '0,93' has a comma, which can mean two things: print numbers like 1234.5",
        "'loss': 'None' is not a number",
        'the line is longer than 2000 characters',
      ],
    });
  });

  it('passes over a group that takes no part in the match', () => {
    const plugin = regex({ metrics: [{ name: 'accuracy', regex: 'acc(=\\d)?' }] });
    expect(read(plugin, 'accident')).toEqual({ readings: [], why: ['no regular expression matches'] });
  });

  it.each([
    ['polynomial', '.*a.*=(.*);', 'a='.repeat(990)],
    ['exponential', '(?:a+)+;([01])', 'a'.repeat(40)],
  ])('gives a line up on which an expression with %s backtracking does not end', (_, source, line) => {
    const plugin = regex({ metrics: [{ name: 'accuracy', regex: source }, loss] });
    const begun = performance.now();
    const { readings, why } = read(plugin, `${`${line}\n`.repeat(10)}ok: loss=1 a=e0.5;\n`, {
      metric: 'loss',
      goal: 'minimize',
    });
    expect(performance.now() - begun).toBeLessThan(8000);
    expect(readings).toEqual([{ loss: 1 }]);
    expect(why.filter((reason) => reason === "'accuracy': its regular expression takes too long")).toHaveLength(11);
  });

  it('tries a slow expression on the other lines', () => {
    const plugin = regex({ metrics: [{ name: 'accuracy', regex: '(?:a+)+;(.*)' }] });
    expect(read(plugin, `a;0.1\n${'a'.repeat(40)}\na;0.2`)).toEqual({
      readings: [{ accuracy: 0.1 }, { accuracy: 0.2 }],
      why: ["'accuracy': its regular expression takes too long"],
    });
  });

  it.each([
    ['(', 'Invalid regular expression'],
    ['(?P<value>.)', 'write (?<value>…) instead of (?P<value>…)'],
    ['loss=\\d+', 'has no group'],
    ['loss=(?:\\d+)', 'has no group'],
  ])('refuses the expression %j', (source, message) => {
    expect(() => regex({ metrics: [{ name: 'accuracy', regex: source }] })).toThrow(message);
  });

  it.each([
    [{ metrics: [] }, 'metrics: '],
    [{ metrics, file: 'metrics' as never }, 'file: '],
    [{ metrics, flags: 'i' } as never, 'flags'],
  ])('refuses the options %j', (options, message) => {
    expect(() => regex(options)).toThrow(message);
  });

  it('refuses a study whose metric or resource it cannot read', () => {
    const create = (objective: Objective) => () => regex({ metrics: [loss] }).create({ logger, objective });
    expect(create(accuracy)).toThrow(
      "no regular expression for 'accuracy', the objective's metric; it has them for loss",
    );
    expect(create({ metric: 'loss', goal: 'minimize', resource: 'epoch' })).toThrow(
      "for 'epoch', the objective's resource",
    );
  });
});
