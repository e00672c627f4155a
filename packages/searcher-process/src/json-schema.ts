import { z } from 'zod';
import {
  askMessage,
  endedMessage,
  helloMessage,
  PROTOCOL_VERSION,
  reportMessage,
  resumedMessage,
  startedMessage,
} from './driver-messages.ts';
import { decisionAnswer, errorMessage, readyMessage, sampleAnswer, suggestionAnswer } from './program-messages.ts';

type Json = { [key: string]: unknown };

const DRIVER = {
  hello: helloMessage,
  started: startedMessage,
  resumed: resumedMessage,
  report: reportMessage,
  ended: endedMessage,
  ask: askMessage,
};
const PROGRAM = {
  ready: readyMessage,
  sample: sampleAnswer,
  suggestion: suggestionAnswer,
  decision: decisionAnswer,
  error: errorMessage,
};

/** The bounds of an integer that a double can hold say nothing to somebody who reads the schema. */
function override({ jsonSchema }: { readonly jsonSchema: Json }): void {
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum'];
  if (jsonSchema['minimum'] === Number.MIN_SAFE_INTEGER) delete jsonSchema['minimum'];
}

/** The JSON Schema of the protocol: each line of either side is one of these. */
export function protocolJsonSchema(): Json {
  const definitions: Json = {};
  const side = (messages: { readonly [name: string]: z.ZodType }): Json => {
    for (const [name, schema] of Object.entries(messages)) {
      const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', override }) as Json;
      definitions[name] = rest;
    }
    return { anyOf: Object.keys(messages).map((name) => ({ $ref: `#/$defs/${name}` })) };
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `Fettle searcher protocol, version ${PROTOCOL_VERSION}`,
    description: 'A line of the driver, or a line of the program.',
    anyOf: [{ $ref: '#/$defs/driver' }, { $ref: '#/$defs/program' }],
    $defs: { driver: side(DRIVER), program: side(PROGRAM), ...definitions },
  };
}
