import type { OutputPiece } from './engine.ts';
import { EngineError } from './engine-error.ts';

/** Bytes before each frame: the stream's number, three zeros, the length. */
const HEADER = 8;

/**
 * Takes apart the stream in which an engine sends both outputs of a container without a terminal. Reads only as fast as its
 * reader, and hands a long frame on in the pieces in which it arrives.
 * @throws EngineError `unreachable` when the stream breaks off within a frame
 */
export async function* readFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<OutputPiece, void, undefined> {
  let header = Buffer.alloc(0);
  let stream: OutputPiece['stream'] = 'stdout';
  let left = 0;
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      if (left > 0) {
        const bytes = chunk.subarray(at, at + left);
        at += bytes.length;
        left -= bytes.length;
        yield { stream, bytes };
        continue;
      }
      const part = chunk.subarray(at, at + HEADER - header.length);
      at += part.length;
      header = Buffer.concat([header, part]);
      if (header.length < HEADER) continue;
      stream = header[0] === 2 ? 'stderr' : 'stdout';
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
  }
  if (left > 0 || header.length > 0) throw new EngineError('unreachable', 'The output broke off in the middle.');
}
