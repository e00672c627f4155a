import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** Every Python of this machine that the client is for. */
const interpreters = ['python3', ...['8', '9', '10', '11', '12', '13', '14'].map((minor) => `python3.${minor}`)].filter(
  (name) => spawnSync(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))']).status === 0,
);

it.each(['fettle_test', 'fettle_searcher_test'])('%s passes on every Python there is', (tests) => {
  expect(interpreters).toContain('python3');
  for (const name of interpreters) {
    const { status, stderr } = spawnSync(name, ['-W', 'error', '-m', 'unittest', tests], {
      cwd: import.meta.dirname,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/Ran \d+ tests[^]*OK/);
    expect(status).toBe(0);
  }
});
