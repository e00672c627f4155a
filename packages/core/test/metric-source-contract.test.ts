import { describe, expect, it } from 'vitest';
import { jsonLinesStdout } from '../src/metrics/json-lines.ts';
import { jsonLinesFile } from '../src/metrics/jsonl.ts';
import { regex } from '../src/metrics/regex.ts';
import { brokenMetricSources } from '../src/testing/broken-metric-sources.ts';
import {
  describeMetricSource,
  metricSourceChecks,
  type MetricSourceSuiteOptions,
} from '../src/testing/describe-metric-source.ts';

const json: MetricSourceSuiteOptions = {
  line: (value) => `{"loss": ${value}}`,
  samples: [
    {
      name: 'a training',
      text: [
        '{"epoch": 1, "loss": 0.5, "accuracy": 0.8}',
        'Saving the model – done',
        '{"epoch": 2, "loss": NaN}',
        '{"learningRate": 0.001}',
        '{"epoch": 3, "loss": 0.25}',
        '',
      ].join('\n'),
      readings: [
        { metrics: { loss: 0.5, accuracy: 0.8 }, resource: 1 },
        { metrics: { loss: Number.NaN }, resource: 2 },
        { metrics: { learningRate: 0.001, loss: 0.25 }, resource: 3 },
      ],
    },
  ],
};

describeMetricSource('jsonl', () => jsonLinesFile(), json);
describeMetricSource('json-lines', () => jsonLinesStdout(), json);
describeMetricSource(
  'regex',
  () =>
    regex({
      metrics: [
        { name: 'loss', regex: 'loss[=:] *([^ ]+)' },
        { name: 'epoch', regex: '^Epoch (?<value>\\d+)/' },
        { name: 'accuracy', regex: 'acc=([\\d.]+)' },
      ],
    }),
  {
    line: (value) => `loss=${value}`,
    samples: [
      {
        name: 'a progress bar',
        text: ['Epoch 1/3', 'acc=0.8 loss=0.5', 'Epoch 2/3 – loss: nan', 'acc=0.9', 'loss=0.25', ''].join('\n'),
        readings: [
          { metrics: { loss: 0.5, accuracy: 0.8 }, resource: 1 },
          { metrics: { loss: Number.NaN, accuracy: 0.8 }, resource: 2 },
          { metrics: { loss: 0.25, accuracy: 0.9 }, resource: 2 },
        ],
      },
    ],
  },
);

describe('the contract suite', () => {
  it.each(brokenMetricSources)('finds a source that $mistake', async ({ make, complaint }) => {
    const complaints: string[] = [];
    for (const check of metricSourceChecks(make, json)) {
      try {
        await check.run();
      } catch (thrown) {
        complaints.push(`${check.name}: ${(thrown as Error).message}`);
      }
    }
    expect(complaints.join('\n')).toMatch(complaint);
  });

  it('refuses samples that show too little', () => {
    const [first] = metricSourceChecks(() => jsonLinesFile(), { ...json, samples: [] });
    expect(() => first?.run()).toThrow('at least one sample with two reports');
  });
});
