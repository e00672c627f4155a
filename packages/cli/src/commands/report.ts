import { join, relative, resolve } from 'node:path';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { renderReportTo } from '../run/report-file.ts';
import { locateDatabase } from '../study/locate.ts';
import { toJson } from '../text/json.ts';

/** `fettle report`: one HTML file that needs no network. It can be made while the study runs. */
export async function execute(
  [study]: readonly [string | undefined],
  options: { readonly output?: string; readonly json?: boolean },
  io: Io,
): Promise<ExitCode> {
  const place = await locateDatabase(study, io.cwd);
  const file = options.output === undefined ? join(place.folder, 'report.html') : resolve(io.cwd, options.output);
  await renderReportTo(place, file);
  io.out(options.json === true ? toJson({ file }, 2) : `Wrote ${relative(io.cwd, file)}.`);
  return EXIT.ok;
}
