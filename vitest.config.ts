import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Tests that start a Docker Engine of their own, where there is none to start. In CI nothing is left out. */
const leftOut: string[] = [];
if (process.env['CI'] === undefined && (process.getuid?.() !== 0 || !existsSync('/usr/sbin/dockerd'))) {
  leftOut.push('packages/backend-docker/test/integration/**');
  console.warn(
    'Left out: the tests on a real Docker Engine. They need root and apt-get install docker.io busybox-static.',
  );
}

/** Tests that start a Docker Engine or a Slurm cluster of their own. */
const WITH_ENGINES = ['packages/backend-*/test/integration/**/*.test.ts', 'docs/test/pages.test.ts'];

const conditions = ['@fettle/source', 'module', 'node', 'development|production'];
const resolve = { conditions };
const ssr = { resolve: { conditions } };

export default defineConfig({
  resolve,
  ssr,
  test: {
    restoreMocks: true,
    mockReset: true,
    unstubEnvs: true,
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'] },
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts'],
          exclude: ['**/integration/**', '**/node_modules/**'],
          // They take milliseconds; a crowded machine must not fail them.
          testTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          // Real processes, real files, real kills: slower, still deterministic in what they prove.
          name: 'integration',
          include: [
            'packages/*/test/integration/**/*.test.ts',
            'packages/cli/templates/*/*/test/*.test.{ts,js}',
            'examples/**/*.test.ts',
            'clients/**/*.test.ts',
            'docs/test/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', ...WITH_ENGINES],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'engines',
          include: WITH_ENGINES,
          exclude: ['**/node_modules/**', ...leftOut],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Engines and clusters would be in each other's way: one file after the other, after everything else.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
