import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FilePiece, MetricFileReader } from './metric-file-reader.ts';

/**
 * Programs put what they like where these files are, and may run with fewer rights than this process. So no link is
 * followed, which would show them what only this process may read, and a pipe is not waited for.
 */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

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
        const stat = await file.stat();
        if (!stat.isFile()) return undefined;
        const { size } = stat;
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
    return await open(path, READ);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ELOOP') return undefined;
    throw thrown;
  }
}
