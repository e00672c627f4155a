import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('the TypeScript example comes close to the minimum, 0.398', () => {
  const args = ['-C', '@fettle/source', join(import.meta.dirname, 'objective.ts')];
  const output = execFileSync(process.execPath, args, { encoding: 'utf8' });
  const value = Number(/^(\S+) at \{"x":\S+,"y":\S+\}\n$/.exec(output)?.[1]);
  expect(value).toBeGreaterThan(0.39);
  expect(value).toBeLessThan(1);
});
