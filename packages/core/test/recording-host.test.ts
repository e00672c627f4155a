import { expect, it } from 'vitest';
import { RecordingHost } from '../src/testing/recording-host.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';

const host = (): RecordingHost =>
  new RecordingHost({ directory: undefined, clock: new VirtualClock() }, { kind: 'function', evaluate: () => 0 });

it('waits in virtual time for what takes real time', async () => {
  let read: string | undefined;
  const timer = setTimeout(() => (read = 'a file'), 100);
  await expect(host().eventually('a file', () => read, 1)).resolves.toBe('a file');
  clearTimeout(timer);
});

it('gives up when nothing comes', async () => {
  await expect(host().eventually('a miracle', () => undefined, 1000)).rejects.toThrow(
    'waited 1 s in vain for a miracle',
  );
});
