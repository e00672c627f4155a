import type { AttemptId } from '../domain/trial.ts';
import type { AttemptReaders } from '../engine/attempt-readers.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { MetricCollector } from './collector.ts';
import { describeIgnored } from './ignored-summary.ts';
import type { MetricFileReader } from './metric-file-reader.ts';
import type { NamedMetricSource } from './named-source.ts';
import { nodeFileReader } from './node-file-reader.ts';

/**
 * Reads the metrics of running attempts from their files: one collector for each attempt.
 * @param sources the study's metric sources, in the order of its definition
 * @param reader how files are read; from the file system if absent
 */
export function fileReaders(
  sources: readonly NamedMetricSource[],
  clock: Clock,
  logger: Logger,
  reader: MetricFileReader = nodeFileReader(),
): AttemptReaders {
  const collectors = new Map<AttemptId, MetricCollector>();
  return {
    open(attempt, files, positions, read) {
      collectors.get(attempt)?.stop();
      const collector = new MetricCollector({
        sources,
        files,
        positions: positions.values(),
        reader,
        clock,
        logger,
        report: ({ report, position }) => read({ ...report, position }),
      });
      collectors.set(attempt, collector);
      collector.start();
    },
    drain(attempt, cutOff) {
      const collector = collectors.get(attempt);
      if (collector === undefined) return undefined;
      return collector.drain(cutOff).then(() => {
        collectors.delete(attempt);
        return ignoredText(collector);
      });
    },
    close() {
      for (const collector of collectors.values()) collector.stop();
      collectors.clear();
    },
  };
}

function ignoredText(collector: MetricCollector): string | undefined {
  const summaries = collector.ignoredSummary();
  const silent = summaries.every(({ readings }) => readings === 0);
  return silent ? describeIgnored(summaries) : undefined;
}
