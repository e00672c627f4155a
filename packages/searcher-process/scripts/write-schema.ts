/**
 * Writes the JSON Schema of the searcher protocol to docs/searcher-protocol.schema.json.
 *
 *   node -C @fettle/source packages/searcher-process/scripts/write-schema.ts
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { protocolJsonSchema } from '../src/json-schema.ts';

const file = resolve(import.meta.dirname, '../../../docs/searcher-protocol.schema.json');
writeFileSync(file, `${JSON.stringify(protocolJsonSchema(), null, 2)}\n`);
