import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { dockerIgnore } from './docker-ignore.ts';
import { EngineError } from './engine-error.ts';

/** A file that only the folders of studies have: those are not built from, they grow, and change while they are read. */
const STUDY_FILE = 'study.db';

/** Sent in any case, as the Dockerfile is: an engine takes both out again after it has read them, if the rules say so. */
const IGNORE_FILE = '.dockerignore';

/** The archive of a folder to build from. */
export interface PackedContext {
  readonly archive: Readable;
  /** Rejects with an `EngineError` when the folder cannot be read. */
  readonly packed: Promise<void>;
}

/**
 * Packs a folder with `tar`, without what its `.dockerignore` leaves out and without the folders of studies.
 * @param dockerfile path within the folder; sent in any case
 * @throws EngineError `refused` when the folder cannot be read
 */
export function packContext(folder: string, dockerfile: string): PackedContext {
  const paths = contextPaths(folder, dockerfile);
  const argv = ['-C', folder, '--null', '--no-recursion', '-cf', '-', '-T', '-'];
  const tar = spawn('tar', argv, { stdio: ['pipe', 'pipe', 'ignore'] });
  const packed = new Promise<void>((resolve, reject) => {
    tar.once('error', reject);
    tar.once('close', (code) => {
      if (code === 0) resolve();
      else reject(unreadable(folder, `tar ended with exit code ${code}`));
    });
  });
  // A tar that has ended says better itself what was wrong.
  tar.stdin.on('error', () => undefined);
  tar.stdin.end(paths.map((path) => `./${path}\0`).join(''));
  // Piped on at once: what nobody reads of a program that has ended is thrown away.
  const archive = tar.stdout.pipe(new PassThrough());
  // Whoever does not want the rest does not keep tar waiting for ever.
  archive.once('close', () => tar.stdout.destroy());
  return { archive, packed };
}

/**
 * What of a folder is sent: files, links and folders, by their paths in it, a folder before what it holds.
 * @throws EngineError `refused` when the folder cannot be read
 */
export function contextPaths(folder: string, dockerfile: string): string[] {
  const { excludes, wholeFolders } = dockerIgnore(readIfThere(join(folder, IGNORE_FILE)));
  const paths: string[] = [];
  const walk = (within: string): void => {
    const entries = readdirSync(join(folder, within), { withFileTypes: true });
    if (within !== '' && entries.some(({ name }) => name === STUDY_FILE)) return;
    for (const entry of entries) {
      const path = within === '' ? entry.name : `${within}/${entry.name}`;
      const left = excludes(path) && path !== dockerfile && path !== IGNORE_FILE;
      if (!left) paths.push(path);
      if (entry.isDirectory() && !(left && wholeFolders && !dockerfile.startsWith(`${path}/`))) walk(path);
    }
  };
  try {
    walk('');
  } catch (thrown) {
    throw unreadable(folder, thrown instanceof Error ? thrown.message : String(thrown));
  }
  return paths;
}

function unreadable(folder: string, why: string): EngineError {
  return new EngineError('refused', `The folder ${folder} cannot be read: ${why}.`);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
