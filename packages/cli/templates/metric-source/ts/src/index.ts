import { API_VERSION, defineMetricSource, lineSource, readNumber, toLineReading } from '@fettle/core';
import { z } from 'zod';

/** What separates the words of a line. Lines may be 1 MiB long: a pattern that looks ahead for `=` would take minutes. */
const SEPARATORS = /[\s,;]+/;

/**
 * Reads lines such as `epoch=3 loss=0.25 accuracy=0.9` among whatever else a program prints. A line that has the objective's
 * metric is a report.
 *
 * Change what you like; `test/contract.test.ts` says what every metric source has to keep to.
 */
export default defineMetricSource({
  name: 'plugin-name',
  version: '0.1.0',
  apiVersion: API_VERSION,
  // What a study file may say beside `type`. It is checked before anything runs.
  options: z.strictObject({
    file: z
      .enum(['stdout', 'stderr'])
      .default('stdout')
      .meta({ description: 'Where to read: what the program prints, or what it prints as errors.' }),
  }),
  // `lineSource` cuts bytes into lines and copes with everything that terminals and crashes do to them. A format that has
  // no lines implements `MetricSource` itself.
  create: ({ file }, { objective }) =>
    lineSource({
      file,
      readLine(text, _latest, ignore) {
        const numbers = new Map<string, number>();
        for (const word of text.split(SEPARATORS)) {
          const sign = word.indexOf('=');
          if (sign < 1) continue;
          const name = word.slice(0, sign);
          const number = readNumber(word.slice(sign + 1));
          if (number === undefined) ignore(`'${name}' is not followed by a number`);
          else numbers.set(name, number);
        }
        if (numbers.has(objective.metric)) return toLineReading(numbers, objective.resource, objective, ignore);
        // What is ignored is shown by `fettle metrics`, and when a trial ends without a report.
        ignore(`there is no '${objective.metric}=' in it`);
        return undefined;
      },
    }),
});
