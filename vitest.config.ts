import { defineConfig } from 'vitest/config';

const conditions = ['@fettle/source', 'module', 'node', 'development|production'];
const resolve = { conditions };
const ssr = { resolve: { conditions } };

// The Docker backend is being built and not published yet: until it is, its tests on a real engine are run when asked for, as
// root, with Debian's docker.io, busybox-static and iptables: FETTLE_DOCKER_TESTS=1 vitest run packages/backend-docker
const leftOut = process.env['FETTLE_DOCKER_TESTS'] === undefined ? ['packages/backend-docker/test/integration/**'] : [];

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
