import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const conditions = ['@fettle/source', 'module', 'node', 'development|production'];
const resolve = { conditions };
const ssr = { resolve: { conditions } };

// In CI nothing is left out: what is missing there is a failure, which says how to get it.
const leftOut: string[] = [];
if (process.env['CI'] === undefined && !(existsSync('/usr/sbin/dockerd') && process.getuid?.() === 0)) {
  leftOut.push('packages/backend-docker/test/integration/**');
  console.warn(
    'Left out: the tests on a real Docker Engine. They start one of their own: as root, with apt-get install docker.io busybox-static iptables.',
  );
}

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
        },
      },
      {
        resolve,
        ssr,
        test: {
          // Real processes, real files, real kills: slower, still deterministic in what they prove.
          name: 'integration',
          include: ['packages/*/test/integration/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...leftOut],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
