import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { compileWasm, moduleWith } from '../../scripts/compile-wasm.ts';

it('the bytes that are checked in are those of assembly/index.ts', async () => {
  const checkedIn = await readFile(new URL('../../src/linear-algebra/wasm-bytes.ts', import.meta.url), 'utf8');
  expect(moduleWith(await compileWasm())).toBe(checkedIn);
}, 60_000);
