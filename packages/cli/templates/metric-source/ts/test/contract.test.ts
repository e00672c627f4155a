import { describeMetricSource } from '@fettle/core/testing';
import source from '../src/index.ts';

// Everything that is asked of a metric source, as tests: their names say what. Samples say what this one reads.
describeMetricSource('plugin-name', () => source(), {
  line: (value) => `loss=${value}`,
  samples: [
    {
      name: 'a training',
      text: ['loading the data', 'epoch=1 loss=0.5, accuracy=0.8', 'note=done', 'epoch=2 loss=nan', ''].join('\n'),
      readings: [
        { metrics: { loss: 0.5, accuracy: 0.8 }, resource: 1 },
        { metrics: { loss: Number.NaN }, resource: 2 },
      ],
    },
  ],
});
