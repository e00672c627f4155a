import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@fettle/core';
import { type Behaviour, type BackendPlace, describeBackend } from '@fettle/core/testing';
import backend from '../src/index.ts';

// What the suite's programs do, for the shell. Each notes its start in a file.
const NOTE = 'echo begun >>"$STARTS/$FETTLE_TRIAL.$FETTLE_ATTEMPT"';
const SCRIPTS: { readonly [behaviour in Exclude<Behaviour, 'missing'>]: string } = {
  finish: NOTE,
  'exit-3': `${NOTE}; exit 3`,
  sleep: `${NOTE}; exec sleep 60`,
  'ignore-stop': `trap '' TERM INT HUP; ${NOTE}; while :; do sleep 1; done`,
  print: `${NOTE}; echo hello`,
  report: `${NOTE}; echo '{{"loss": 0.5}}' >>"$FETTLE_METRICS"`,
};

/** A fresh folder for each check. */
function openPlace(): BackendPlace {
  const folder = mkdtempSync(join(tmpdir(), 'backend-'));
  return {
    directory: join(folder, 'study'),
    clock: systemClock(),
    make: (workers) => backend({ workers }).create({ logger: silentLogger() }),
    program: (behaviour) => ({
      kind: 'command',
      command: behaviour === 'missing' ? ['no-such-program'] : ['sh', '-c', SCRIPTS[behaviour]],
      workingDirectory: folder,
      environment: { STARTS: folder },
    }),
    starts(attempt) {
      try {
        return readFileSync(join(folder, attempt), 'utf8').trim().split('\n').length;
      } catch {
        return 0;
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

// Everything that is asked of a backend, as tests: their names say what.
describeBackend('plugin-name', { outlivesDriver: false, open: openPlace });
