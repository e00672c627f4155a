// Compiles assembly/ and writes the bytes to src/linear-algebra/wasm-bytes.ts: node scripts/build-wasm.ts
import { writeFile } from 'node:fs/promises';
import { compileWasm, moduleWith } from './compile-wasm.ts';

await writeFile(new URL('../src/linear-algebra/wasm-bytes.ts', import.meta.url), moduleWith(await compileWasm()));
