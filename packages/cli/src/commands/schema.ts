import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { studyFileJsonSchema } from '../study-file/json-schema.ts';

/** `fettle schema`: the JSON Schema of study files, with the options of every built-in plugin. */
export async function execute(_args: readonly [], _options: object, io: Io): Promise<ExitCode> {
  io.out(JSON.stringify(studyFileJsonSchema(), null, 2));
  return EXIT.ok;
}
