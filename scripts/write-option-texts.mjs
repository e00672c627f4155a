// Writes what the schema of study files says of each option of our plugins, from the comments at the options' types.
//   node -C @fettle/source scripts/write-option-texts.mjs
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { optionTexts, readComments } from '../docs/test/option-texts.ts';

const file = resolve(import.meta.dirname, '../packages/cli/src/study-file/option-texts.json');
writeFileSync(file, `${JSON.stringify(optionTexts(await readComments()), null, 2)}\n`);
