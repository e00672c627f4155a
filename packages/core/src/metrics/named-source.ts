import type { MetricSource } from '../ports/metric-source.ts';

/** A metric source with the name under which errors and summaries speak of it: that of its plugin. */
export interface NamedMetricSource {
  readonly name: string;
  readonly source: MetricSource;
}
