export { PROTOCOL_VERSION } from './driver-messages.ts';
export { protocolJsonSchema } from './json-schema.ts';
export { processSampler, processSearcher, processSearcher as default } from './process.ts';
export type { ProcessOptions } from './process-options.ts';
export { VERSION } from './version.ts';
