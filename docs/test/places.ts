import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PrivateEngine } from '../../packages/backend-docker/test/fixtures/private-engine.ts';
import { SlurmCluster } from '../../packages/backend-slurm/test/slurm-cluster.ts';

/** Where a page is tried. */
interface Place extends AsyncDisposable {
  /** Variables by which the programs of the page find it. */
  readonly environment: Readonly<Record<string, string>>;
}

const HERE: Place = { environment: {}, [Symbol.asyncDispose]: () => Promise.resolve() };

/** Why a page cannot be tried on this machine; in CI that is no excuse. */
export function missingFor(page: string): string | undefined {
  if (process.env['CI'] !== undefined) return undefined;
  if (page.endsWith('guide/07-slurm.md')) return SlurmCluster.missing();
  if (!page.endsWith('guide/06-docker.md')) return undefined;
  return process.getuid?.() === 0 && existsSync('/usr/sbin/dockerd') ? undefined : 'it needs root and docker.io';
}

/** A real engine for the page on Docker, a real cluster for the one on Slurm, this machine for all others. */
export async function placeOf(page: string): Promise<Place> {
  if (page.endsWith('guide/06-docker.md')) {
    const engine = await PrivateEngine.open();
    await importPython(engine, 'python:3.12-slim');
    return { environment: { DOCKER_HOST: engine.host }, [Symbol.asyncDispose]: () => engine.close() };
  }
  if (page.endsWith('guide/07-slurm.md')) {
    const cluster = await SlurmCluster.start();
    return { environment: cluster.environment, [Symbol.asyncDispose]: async () => cluster.stop() };
  }
  return HERE;
}

/** This machine's Python as an image, so that nothing is fetched: its program, its library and what they are linked with. */
async function importPython(engine: PrivateEngine, name: string): Promise<void> {
  const python = realpathSync('/usr/bin/python3');
  const ask = (what: string): string =>
    execFileSync(python, ['-c', `import sysconfig, os; print(${what})`], { encoding: 'utf8' }).trim();
  const image = mkdtempSync(join(engine.folder, 'python-'));
  const take = (path: string, to = path): void => {
    mkdirSync(dirname(join(image, to)), { recursive: true });
    cpSync(path, join(image, to), { recursive: true, dereference: true });
  };
  take(python, '/usr/bin/python3');
  take(ask("sysconfig.get_paths()['stdlib']"));
  const linked = execFileSync('ldd', [python], { encoding: 'utf8' }).matchAll(/(?:=> )?(\/\S+) \(0x/g);
  for (const [, library = ''] of linked) take(library);
  await engine.importImage(name, image, ['ENV PATH=/usr/bin']);
  rmSync(image, { recursive: true });
}
