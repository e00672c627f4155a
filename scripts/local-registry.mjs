// An npm registry of packed packages on the loopback interface: what is published later can be installed from it today.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';

/**
 * Serves tarballs until it is closed.
 * @param {readonly string[]} tarballs paths; one for each package
 */
export async function localRegistry(tarballs) {
  const packages = new Map();
  const files = new Map();
  let url = '';
  for (const tarball of tarballs) {
    const bytes = readFileSync(tarball);
    const manifest = JSON.parse(execFileSync('tar', ['-xOf', tarball, 'package/package.json'], { encoding: 'utf8' }));
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    files.set(`/-/${basename(tarball)}`, bytes);
    packages.set(`/${manifest.name}`, () => ({
      name: manifest.name,
      'dist-tags': { latest: manifest.version },
      versions: {
        [manifest.version]: { ...manifest, dist: { tarball: `${url}/-/${basename(tarball)}`, integrity } },
      },
    }));
  }
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    const file = files.get(path);
    const document = packages.get(path);
    if (file !== undefined) response.end(file);
    else if (document !== undefined)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document()));
    else response.writeHead(404).end('{}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${server.address().port}`;
  return { url, close: () => server.close() };
}
