import { open } from 'node:fs/promises';
import type { FilePiece, MetricFileReader } from './metric-file-reader.ts';

/**
 * Reads metric files from the file system. Each call opens the file anew: that is what makes a network file system look
 * for what another machine has written, whereas an open file or a plain `stat` may answer from a cache for a minute.
 */
export function nodeFileReader(): MetricFileReader {
  return {
    async read(path, offset, length): Promise<FilePiece | undefined> {
      const file = await openIfThere(path);
      if (file === undefined) return undefined;
      try {
        const { size } = await file.stat();
        const wanted = Math.max(0, Math.min(length, size - offset));
        if (wanted === 0) return { size, bytes: new Uint8Array() };
        const { bytesRead, buffer } = await file.read(new Uint8Array(wanted), 0, wanted, offset);
        return { size, bytes: buffer.subarray(0, bytesRead) };
      } finally {
        await file.close();
      }
    },
  };
}

async function openIfThere(path: string) {
  try {
    return await open(path, 'r');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}
