import { describe, expect, it } from 'vitest';
import type { Objective } from '../src/domain/objective.ts';
import { jsonLinesStdout } from '../src/metrics/json-lines.ts';
import { regex } from '../src/metrics/regex.ts';
import { testMetricSources } from '../src/metrics/tester.ts';
import type { Plugin } from '../src/plugin/define.ts';
import type { MetricSource } from '../src/ports/metric-source.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const objective: Objective = { metric: 'acc', goal: 'maximize' };
const named = (plugin: Plugin<'metric-source'>) => ({
  name: plugin.definition.name,
  source: plugin.create({ logger, objective }),
});

describe('testMetricSources', () => {
  it('says of each line what each source reads and ignores', () => {
    const sample = 'start\n\n{"acc": 0.5}\r\nacc=1\racc=2\nacc=3';
    const sources = [named(jsonLinesStdout()), named(regex({ metrics: [{ name: 'acc', regex: 'acc=(.*)' }] }))];
    expect(testMetricSources(sources, Buffer.from(sample))).toEqual([
      {
        source: 'json-lines',
        file: 'stdout',
        readings: 1,
        lines: [
          { line: 1, text: 'start', readings: [], ignored: ['not a JSON object'] },
          { line: 3, text: '{"acc": 0.5}', readings: [{ metrics: { acc: 0.5 } }], ignored: [] },
          { line: 4, text: 'acc=1\racc=2', readings: [], ignored: ['not a JSON object', 'not a JSON object'] },
          { line: 5, text: 'acc=3', readings: [], ignored: ['not a JSON object'] },
        ],
      },
      {
        source: 'regex',
        file: 'stdout',
        readings: 3,
        lines: [
          { line: 1, text: 'start', readings: [], ignored: ['no regular expression matches'] },
          { line: 3, text: '{"acc": 0.5}', readings: [], ignored: ['no regular expression matches'] },
          { line: 4, text: 'acc=1\racc=2', readings: [{ metrics: { acc: 1 } }, { metrics: { acc: 2 } }], ignored: [] },
          { line: 5, text: 'acc=3', readings: [{ metrics: { acc: 3 } }], ignored: [] },
        ],
      },
    ]);
  });

  it('keeps its place behind a line longer than a chunk', () => {
    const sample = `${'x'.repeat(2_500_000)}\n{"acc": 1}\n`;
    const { name, source } = named(jsonLinesStdout());
    const shown: number[] = [];
    const watched: MetricSource = {
      file: source.file,
      parse(bytes, state, final) {
        shown.push(bytes.length);
        return source.parse(bytes, state, final);
      },
    };
    const [test] = testMetricSources([{ name, source: watched }], Buffer.from(sample));
    expect(Math.max(...shown)).toBe(1_048_576);
    expect(test?.lines.map(({ line, readings, ignored }) => ({ line, readings, ignored }))).toEqual([
      { line: 1, readings: [], ignored: ['the line is longer than 1 MiB'] },
      { line: 2, readings: [{ metrics: { acc: 1 } }], ignored: [] },
    ]);
    expect(test?.lines[0]?.text).toHaveLength(200);
  });

  it('finds nothing in an empty sample', () => {
    expect(testMetricSources([named(jsonLinesStdout())], new Uint8Array())).toEqual([
      { source: 'json-lines', file: 'stdout', readings: 0, lines: [] },
    ]);
  });
});
