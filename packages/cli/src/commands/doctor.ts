import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { detectGpus, type Diagnosis, FettleError, findProgram, silentLogger } from '@fettle/core';
import { fileSystemOf, isNetworkFileSystem, readMountInfo, sqliteVersion } from '@fettle/core/store';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { locateStudy, locateStudyFile } from '../study/locate.ts';
import { loadStudy } from '../study-file/load.ts';
import { toJson } from '../text/json.ts';
import { formatBytes } from '../text/number.ts';
import { pad } from '../text/style.ts';

/**
 * `fettle doctor`: this machine and folder, and what the backend of the study works with, if there is a study file. With
 * `--json`, a list of `{ check, status, text }`. It fails when something stands in the way of every study, or of this one.
 */
export async function execute(
  [study]: readonly [string | undefined],
  options: { readonly json?: boolean },
  io: Io,
): Promise<ExitCode> {
  const folder = await folderOf(study, io.cwd);
  const findings: Diagnosis[] = [
    { check: 'node', status: 'ok', text: `${process.version}, ${process.platform} ${process.arch}` },
    processors(),
    memory(),
    ...gpus(),
    sqlite(),
    ...fileSystem(folder),
    ...(await programs(io)),
    ...(await backend(study, io.cwd)),
  ];
  if (options.json === true) io.out(toJson(findings, 2));
  else for (const finding of findings) io.out(line(finding, io));
  return findings.some((finding) => finding.status === 'fail') ? EXIT.failure : EXIT.ok;
}

/** The folder that the study's files are in, or will be. */
async function folderOf(study: string | undefined, cwd: string): Promise<string> {
  try {
    const { folder } = await locateStudy(study, cwd);
    return existsSync(folder) ? folder : join(folder, '..', '..');
  } catch (thrown) {
    if (study !== undefined) throw thrown;
    return cwd;
  }
}

function line({ check, status, text }: Diagnosis, { paint }: Io): string {
  const mark = {
    ok: paint('green', '✓'),
    none: paint('dim', '–'),
    warn: paint('yellow', '!'),
    fail: paint('red', '✗'),
  }[status];
  return `${mark} ${paint('dim', pad(check, 12))} ${text}`;
}

function processors(): Diagnosis {
  const count = availableParallelism();
  const [load = 0] = loadavg();
  const busy = load > count;
  return {
    check: 'processors',
    status: busy ? 'warn' : 'ok',
    text: `${count}, load ${load.toFixed(1)}${busy ? ': the machine is busy already' : ''}`,
  };
}

function memory(): Diagnosis {
  // Where the process may use less than the machine has, as in a container, that is what counts.
  const limit = process.constrainedMemory();
  const total = limit > 0 && limit < totalmem() ? limit : totalmem();
  return {
    check: 'memory',
    status: 'ok',
    text: `${formatBytes(Math.min(freemem(), total))} free of ${formatBytes(total)}`,
  };
}

function gpus(): Diagnosis[] {
  const found = detectGpus();
  if (found.length === 0) return [{ check: 'gpu', status: 'none', text: 'none that nvidia-smi knows of' }];
  return found.map(({ id, name }) => ({ check: 'gpu', status: 'ok', text: `${id}: ${name}` }));
}

function sqlite(): Diagnosis {
  try {
    return { check: 'sqlite', status: 'ok', text: sqliteVersion() };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return { check: 'sqlite', status: 'fail', text: `better-sqlite3 cannot be loaded: ${why}` };
  }
}

function fileSystem(folder: string): Diagnosis[] {
  const findings: Diagnosis[] = [];
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    findings.push({ check: 'folder', status: 'fail', text: `${folder} cannot be written to` });
  }
  const info = readMountInfo();
  const type = info === undefined ? undefined : fileSystemOf(info, folder);
  const network = type !== undefined && isNetworkFileSystem(type);
  findings.push({
    check: 'file system',
    status: network ? 'warn' : 'ok',
    text: network
      ? `${folder} is on ${type}, a network file system: the study works without write-ahead log there, and commits take longer`
      : `${folder} is on ${type ?? 'a local disk, as far as can be seen'}: write-ahead log`,
  });
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const little = free < 2 ** 30;
  findings.push({
    check: 'disk',
    status: little ? 'warn' : 'ok',
    text: `${formatBytes(free)} free${little ? ': little room for checkpoints' : ''}`,
  });
  return findings;
}

/** Programs that studies often need: what is missing matters only to those that use it. */
async function programs(io: Io): Promise<Diagnosis[]> {
  const wanted: [name: string, args: readonly string[]][] = [
    ['python3', ['--version']],
    ['nvidia-smi', ['--version']],
    ['docker', ['--version']],
    ['sbatch', ['--version']],
  ];
  return await Promise.all(
    wanted.map(async ([name, args]): Promise<Diagnosis> => {
      const found = findProgram(name, io.env['PATH'], io.cwd);
      if ('problem' in found) return { check: name, status: 'none', text: 'not installed' };
      try {
        const { stdout } = await promisify(execFile)(found.path, [...args], { timeout: 5000 });
        return { check: name, status: 'ok', text: `${stdout.trim().split('\n')[0] ?? ''} (${found.path})` };
      } catch (thrown) {
        const why = thrown instanceof Error ? (thrown.message.trim().split('\n').at(-1) ?? '') : String(thrown);
        return { check: name, status: 'warn', text: `${found.path} does not work: ${why}` };
      }
    }),
  );
}

/** What the backend of the study finds. */
async function backend(study: string | undefined, cwd: string): Promise<readonly Diagnosis[]> {
  let file: string;
  try {
    file = locateStudyFile(study, cwd);
  } catch {
    // A study that is known by its folder only, or none at all.
    return [];
  }
  try {
    const { backend: plugin } = await loadStudy(file);
    return (await plugin?.create({ logger: silentLogger() }).diagnose?.()) ?? [];
  } catch (thrown) {
    if (!(thrown instanceof FettleError)) throw thrown;
    return [{ check: 'study', status: 'fail', text: thrown.toHuman() }];
  }
}
