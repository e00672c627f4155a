import { readFile } from 'node:fs/promises';
import { main } from 'assemblyscript/asc';

const FOLDER = new URL('../assembly/', import.meta.url);
const SOURCES = ['index.ts', 'linear-algebra.ts', 'kernel.ts'];
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory'];

/** Compiles the sources in assembly/. The same sources and compiler give the same bytes. */
export async function compileWasm(): Promise<Uint8Array> {
  const sources = new Map<string, string>();
  for (const name of SOURCES) sources.set(name, await readFile(new URL(name, FOLDER), 'utf8'));
  let binary: Uint8Array | undefined;
  const { error } = await main(['index.ts', '--outFile', 'out.wasm', ...OPTIONS], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (_name, content) => {
      if (content instanceof Uint8Array) binary = content;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error('assembly/index.ts does not compile.', { cause: error });
  return binary;
}

/** The module that carries the bytes. */
export function moduleWith(binary: Uint8Array): string {
  const lines = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,112}/g);
  const text = (lines ?? []).map((line) => `  '${line}',`).join('\n');
  return `// Written by scripts/build-wasm.ts from assembly/.\n\n/** The compiled code, ${binary.length} bytes, in base 64. */\nexport const WASM_BASE64: string = [\n${text}\n].join('');\n`;
}
