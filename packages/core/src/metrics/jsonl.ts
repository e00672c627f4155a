import { z } from 'zod';
import { API_VERSION } from '../plugin/api-version.ts';
import { defineMetricSource } from '../plugin/define.ts';
import { jsonFormat } from './json-format.ts';
import { lineSource } from './line-source.ts';

/**
 * Metric source `jsonl`: JSON lines that the program appends to the file named by `$FETTLE_METRICS`, such as
 * `{"epoch": 3, "accuracy": 0.93}`.
 *
 * A line with the objective's metric makes a report of all its numbers. Numbers on lines without it are added to the next
 * report. The resource is the number under the objective's `resource`, or under `resource` if it names none. NaN and
 * infinities are read bare (as Python writes them) and as strings; numbers in strings are read; booleans, lists, nested
 * objects and other strings are ignored with a reason.
 */
export const jsonLinesFile = defineMetricSource({
  name: 'jsonl',
  version: '0.1.0',
  apiVersion: API_VERSION,
  options: z.strictObject({}).optional(),
  create: (_, { objective }) => lineSource(jsonFormat('metrics', objective)),
});
