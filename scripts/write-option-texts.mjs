// Writes what is said of each option of our plugins in the schema of study files, from the comments at the options' types.
//   node -C @fettle/source scripts/write-option-texts.mjs
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describedPlugins, optionTexts } from '../docs/test/option-texts.ts';

const file = resolve(import.meta.dirname, '../packages/cli/src/study-file/option-texts.json');
writeFileSync(file, `${JSON.stringify(optionTexts(await describedPlugins()), null, 2)}\n`);
