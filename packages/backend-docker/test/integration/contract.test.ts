import { describeBackend } from '@fettle/core/testing';
import { afterAll, beforeAll } from 'vitest';
import { DockerPlace } from '../fixtures/docker-place.ts';
import { PrivateEngine } from '../fixtures/private-engine.ts';

let engine: PrivateEngine;
beforeAll(async () => {
  engine = await PrivateEngine.open();
  await engine.importBusybox('fettle/shell', true);
});
afterAll(() => engine.close());

describeBackend('docker', {
  outlivesDriver: true,
  canLoseContact: true,
  open: () => DockerPlace.open(engine, { image: 'fettle/shell' }),
});
