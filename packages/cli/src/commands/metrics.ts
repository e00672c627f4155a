import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  FettleError,
  jsonLinesFile,
  jsonLinesStdout,
  type MetricTest,
  silentLogger,
  testMetricSources,
} from '@fettle/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { locateStudyFile } from '../study/locate.ts';
import { loadStudy } from '../study-file/load.ts';
import { toJson } from '../text/json.ts';
import { formatNumber } from '../text/number.ts';
import { clip, printable } from '../text/style.ts';

/** Most lines of a sample that are shown for one source. */
const MOST_LINES = 40;

/** Columns of a line that are shown where there is no terminal to fit it to. */
const WIDEST = 160;

/**
 * `fettle metrics`: what each metric source of a study reads in a sample, line by line. With `--json`: a list with one
 * `{ source, file, readings, lines: [{ line, text, readings, ignored }] }` for each source.
 */
export async function execute(
  [study, sample]: readonly [string, string],
  options: { readonly json?: boolean },
  io: Io,
): Promise<ExitCode> {
  const file = resolve(io.cwd, sample);
  if (!existsSync(file)) throw new FettleError('usage', `There is no sample '${sample}' in ${io.cwd}.`);
  const { objective, metrics = [jsonLinesFile(), jsonLinesStdout()] } = await loadStudy(locateStudyFile(study, io.cwd));
  const sources = metrics.map((plugin) => ({
    name: plugin.record.type,
    source: plugin.create({ objective, logger: silentLogger() }),
  }));
  const tests = testMetricSources(sources, readFileSync(file));
  if (options.json === true) io.out(toJson(tests, 2));
  else for (const test of tests) io.out(describe(test, objective.metric, io));
  return tests.some((test) => test.readings > 0) ? EXIT.ok : EXIT.noResult;
}

function describe({ source, file, readings, lines }: MetricTest, metric: string, io: Io): string {
  const { paint } = io;
  const columns = Math.min(io.columns, WIDEST);
  const count =
    readings === 0 ? paint('red', 'no report') : paint('green', `${readings} ${readings === 1 ? 'report' : 'reports'}`);
  const out = [`${paint('bold', source)} ${paint('dim', `(reads ${file})`)}: ${count}`];
  for (const line of lines.slice(0, MOST_LINES)) {
    out.push(`  ${paint('dim', String(line.line).padStart(5))}  ${clip(printable(line.text), columns - 9)}`);
    for (const reading of line.readings) {
      const values = Object.entries(reading.metrics).map(([name, value]) => `${name}=${formatNumber(value)}`);
      const level = reading.resource === undefined ? '' : ` at resource ${formatNumber(reading.resource)}`;
      out.push(`         ${paint('green', '→')} ${values.join(' ')}${level}`);
    }
    for (const why of line.ignored) out.push(`         ${paint('yellow', '×')} ${why}`);
  }
  if (lines.length > MOST_LINES) out.push(paint('dim', `         … ${lines.length - MOST_LINES} more lines`));
  if (readings === 0) out.push(`  It found no '${metric}'.`);
  return out.join('\n');
}
