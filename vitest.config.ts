import { defineConfig } from 'vitest/config';

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
        },
      },
      {
        resolve,
        ssr,
        test: {
          // Real processes, real files, real kills: slower, still deterministic in what they prove.
          name: 'integration',
          include: ['packages/*/test/integration/**/*.test.ts', 'examples/**/*.test.ts', 'clients/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
