import { z } from 'zod';
import { API_VERSION } from '../plugin/api-version.ts';
import { defineMetricSource } from '../plugin/define.ts';
import { jsonFormat } from './json-format.ts';
import { lineSource } from './line-source.ts';

/**
 * Metric source `json-lines`: JSON lines as `jsonl` reads them, among whatever else the program prints. A line counts if all
 * of it is a JSON object; every other line is ignored.
 */
export const jsonLinesStdout = defineMetricSource({
  name: 'json-lines',
  version: '0.1.0',
  apiVersion: API_VERSION,
  options: z.strictObject({}).optional(),
  create: (_, { objective }) => lineSource(jsonFormat('stdout', objective)),
});
