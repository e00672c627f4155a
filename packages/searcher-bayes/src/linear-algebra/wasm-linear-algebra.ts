import { type LinearAlgebra, TILE } from './types.ts';
import { WASM_BASE64 } from './wasm-bytes.ts';

/** Where the room for the caller begins: the code keeps a few numbers of its own before. */
const FIRST_BYTE = 256;
const PAGE = 65_536;

/** The little of the platform's WebAssembly that is used here; the language's own library does not declare it. */
declare const WebAssembly: {
  readonly Memory: new (options: { initial: number }) => Memory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: { env: { memory: Memory } }) => { readonly exports: unknown };
};

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface Operations {
  cholesky(matrix: number, size: number, stride: number, from: number): number;
  solveLower(factor: number, size: number, stride: number, rows: number, count: number): void;
  solveLowerTransposed(factor: number, size: number, stride: number, rows: number, count: number): void;
  invert(factor: number, size: number, stride: number, into: number): void;
  maternRow(
    values: number,
    slopes: number,
    own: number,
    ownStride: number,
    points: number,
    stride: number,
    count: number,
    differences: number,
    mismatches: number,
    penalties: number,
    scale: number,
  ): void;
  contractRow(
    sums: number,
    pulls: number,
    index: number,
    points: number,
    stride: number,
    differences: number,
    mismatches: number,
    alpha: number,
    inverse: number,
    slopes: number,
    weights: number,
  ): void;
}

/**
 * The linear algebra in WebAssembly, with a memory of its own, or undefined where the machine does not have its vector
 * instructions or refuses the memory.
 */
export function wasmLinearAlgebra(): LinearAlgebra | undefined {
  const bytes = Buffer.from(WASM_BASE64, 'base64');
  let memory: Memory;
  let run: Operations;
  try {
    memory = new WebAssembly.Memory({ initial: 1 });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    run = instance.exports as Operations;
  } catch {
    // No vectors in this build or processor, or a limit on virtual memory: the twin in TypeScript does the same.
    return undefined;
  }
  const at = (array: Float64Array): number => {
    if (array.buffer === memory.buffer) return array.byteOffset;
    throw new RangeError('The array is not one of the last reservation.');
  };
  /** The array whose copy lies first. */
  let copied: Float64Array = new Float64Array(0);
  const room = (lengths: readonly number[]): Float64Array[] => {
    let end = FIRST_BYTE;
    const starts = lengths.map((length) => {
      const start = end;
      end += Math.ceil(length / TILE) * TILE * Float64Array.BYTES_PER_ELEMENT;
      return start;
    });
    // Vectors may reach one number past the last array.
    const missing = end + 16 - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return lengths.map((length, index) => new Float64Array(memory.buffer, starts[index], length));
  };
  return {
    name: 'wasm',
    reserve: (...lengths) => room([copied.length, ...lengths]).slice(1),
    reserveBeside(array, ...lengths) {
      const arrays = room([array.length, ...lengths]);
      if (array !== copied) arrays[0]!.set(array);
      copied = array;
      return arrays;
    },
    cholesky: (matrix, size, stride, from) => run.cholesky(at(matrix), size, 8 * stride, from),
    solveLower: (factor, size, stride, rows, count) => run.solveLower(at(factor), size, 8 * stride, at(rows), count),
    solveLowerTransposed: (factor, size, stride, rows, count) =>
      run.solveLowerTransposed(at(factor), size, 8 * stride, at(rows), count),
    invert: (factor, size, stride, into) => run.invert(at(factor), size, 8 * stride, at(into)),
    maternRow(values, slopes, own, index, points, count, penalties, scale) {
      const { data, stride, differences, mismatches } = points;
      run.maternRow(
        at(values),
        slopes ? at(slopes) : 0,
        at(own.data) + 8 * index,
        8 * own.stride,
        at(data),
        8 * stride,
        count,
        differences,
        mismatches,
        at(penalties),
        scale,
      );
    },
    contractRow(sums, pulls, index, points, alpha, inverse, slopes, weights) {
      const { data, stride, differences, mismatches } = points;
      run.contractRow(
        at(sums),
        pulls ? at(pulls) : 0,
        index,
        at(data),
        8 * stride,
        differences,
        mismatches,
        at(alpha),
        at(inverse),
        at(slopes),
        at(weights),
      );
    },
  };
}
