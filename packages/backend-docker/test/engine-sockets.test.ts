import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { z } from 'zod';
import { dockerOptions } from '../src/docker-options.ts';
import { requireNoSocket } from '../src/engine-sockets.ts';

it('refuses whatever hands the socket of an engine out: mounts, and channels, which are mounts as well', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fettle-socket-')));
  const socket = join(folder, 'docker.sock');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const check = (options: Partial<z.input<typeof dockerOptions>>) => () =>
    requireNoSocket(dockerOptions.parse({ image: 'x', ...options }), folder, socket);
  const refused = /could do anything with this machine/;
  expect(check({ mounts: [{ source: '.', target: '/data' }] })).toThrow(refused);
  expect(check({ contract: 'sagemaker', sagemaker: { channels: { training: '.' } } })).toThrow(refused);
  expect(check({ contract: 'sagemaker', sagemaker: { channels: { training: 'data' } } })).not.toThrow();
});
