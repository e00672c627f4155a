import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type AttemptDirectory, type AttemptEnd, FAILURE_CLASSES, lastLines } from '@fettle/core';
import { z } from 'zod';
import { CLAIM, ML_FOLDER } from './container/attempt-specification.ts';
import { ML_FAILURE, ML_FOLDERS } from './container/sagemaker.ts';

/** Longest text of a failure file that is shown, in characters: as much as the service shows. */
const LONGEST_FAILURE = 1024;
/** Longest record that is read, in bytes: some of them the program can write. */
const LONGEST_RECORD = 256 * 1024;

/** What a driver's own claim adds to the name of the attempt's folder. */
const CLAIM_BESIDE = '.claim';

const killRecord = z.object({ cause: z.literal('stop'), message: z.string() });
const optional = { exitCode: z.number().optional(), signal: z.string().optional() };
const endRecord = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('finished') }),
  z.object({ kind: z.literal('checkpointed') }),
  z.object({ kind: z.literal('evicted'), message: z.string() }),
  z.object({ kind: z.literal('failed'), failure: z.enum(FAILURE_CLASSES), message: z.string(), ...optional }),
]);

/**
 * The small files by which a driver knows what another one did, and what the program did. Reading never throws: a record
 * that is not there, or cut off, says nothing.
 *
 * The program can do in the attempt's folder what it likes, and a driver has more rights than the program: so what only
 * drivers write lies beside that folder, where the container does not reach, and nothing within it is written through a
 * link, or read through one.
 */
export class AttemptRecords {
  readonly #directory: AttemptDirectory;

  constructor(directory: AttemptDirectory) {
    this.#directory = directory;
  }

  /** Whether the program has begun, or may have. */
  get claimed(): boolean {
    return existsSync(join(this.#directory.path, CLAIM)) || existsSync(this.#directory.path + CLAIM_BESIDE);
  }

  /** Notes that the program may begin from now on: for images without a shell, whose programs do not claim. */
  claim(): void {
    closeSync(openSync(this.#directory.path + CLAIM_BESIDE, 'a'));
  }

  /** The exit code that the launch script wrote down. */
  get exitCode(): number | undefined {
    const text = readIfThere(this.#directory.exit);
    // Without its line end it is not written to its end.
    return text !== undefined && /^\d+\n$/.test(text) ? Number(text) : undefined;
  }

  /** Why a driver killed it. */
  get killed(): z.output<typeof killRecord> | undefined {
    return killRecord.safeParse(parseJson(this.#killedPath)).data;
  }

  noteKill(message: string): void {
    writeFileSync(this.#killedPath, `${JSON.stringify({ cause: 'stop', message })}\n`);
  }

  /** How it ended, once a driver has worked that out. */
  get end(): AttemptEnd | undefined {
    return endRecord.safeParse(parseJson(this.#endPath)).data;
  }

  /** Written before the container is removed: afterwards nobody could find out any more. */
  noteEnd(end: AttemptEnd): void {
    writeFileSync(`${this.#endPath}.new`, `${JSON.stringify(end)}\n`);
    renameSync(`${this.#endPath}.new`, this.#endPath);
  }

  /** Makes the file that asks it to stop. */
  askToStop(): void {
    // Made anew or not at all: a link of that name would lead the driver to a file of its own.
    if (!existsSync(this.#directory.stop)) writeFileSync(this.#directory.stop, '', { flag: 'wx' });
  }

  /** Makes the folders that the container is given, beside the attempt's own. */
  makeFolders(contract: 'fettle' | 'sagemaker'): void {
    if (contract === 'fettle') return;
    for (const folder of ML_FOLDERS) mkdirSync(join(this.#directory.path, ML_FOLDER, folder), { recursive: true });
  }

  /**
   * Writes what the program reads, before it starts, and takes away what a launch left that never began.
   * @param mlFiles by their paths under `/opt/ml`
   */
  prepare(configFile: string, mlFiles: Readonly<Record<string, string>>): void {
    for (const stale of [this.#directory.stop, this.#killedPath]) rmSync(stale, { force: true });
    writeFileSync(this.#directory.config, configFile);
    for (const [path, text] of Object.entries(mlFiles)) {
      const file = join(this.#directory.path, ML_FOLDER, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  /** The last lines of its standard error. */
  lastErrors(count: number): string[] {
    const { stderr } = this.#directory.files;
    return lstatSync(stderr, { throwIfNoEntry: false })?.isFile() === true ? lastLines(stderr, count) : [];
  }

  /** What a container made for SageMaker said of its failure. */
  get mlFailure(): string | undefined {
    const text = readIfThere(join(this.#directory.path, ML_FOLDER, ML_FAILURE))?.trim();
    return text === undefined || text === '' ? undefined : text.slice(0, LONGEST_FAILURE);
  }

  get #endPath(): string {
    return `${this.#directory.path}.end.json`;
  }

  get #killedPath(): string {
    return `${this.#directory.path}.killed.json`;
  }
}

function parseJson(path: string): unknown {
  const text = readIfThere(path);
  if (text === undefined || !text.endsWith('\n')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!fstatSync(file).isFile()) return undefined;
      const bytes = Buffer.alloc(LONGEST_RECORD);
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}
