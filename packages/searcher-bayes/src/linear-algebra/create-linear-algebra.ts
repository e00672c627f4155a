import type { LinearAlgebra } from './types.ts';
import { typescriptLinearAlgebra } from './typescript-linear-algebra.ts';
import { wasmLinearAlgebra } from './wasm-linear-algebra.ts';

/**
 * The fastest linear algebra that this machine runs. It owns the memory it works in, so one computation at a time may use it:
 * each thread creates its own.
 */
export function createLinearAlgebra(): LinearAlgebra {
  return wasmLinearAlgebra() ?? typescriptLinearAlgebra();
}
