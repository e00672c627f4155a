import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { studyFileJsonSchema } from '../study-file/json-schema.ts';

/** `fettle schema`: the JSON Schema of study files, with the options of our own plugins and of those that are named. */
export async function execute([plugins]: readonly [readonly string[]], _options: object, io: Io): Promise<ExitCode> {
  io.out(JSON.stringify(await studyFileJsonSchema(io.cwd, plugins), null, 2));
  return EXIT.ok;
}
