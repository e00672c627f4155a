// The linear algebra of the Gaussian process beside single-thread LAPACK, alternated in one run:
// node -C @fettle/source bench/bayes/linear-algebra.ts [--python PYTHON] [--out FILE]   (PYTHON has SciPy and scikit-learn)
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type LinearAlgebra, paddedSize } from '../../packages/searcher-bayes/src/linear-algebra/types.ts';
import { typescriptLinearAlgebra } from '../../packages/searcher-bayes/src/linear-algebra/typescript-linear-algebra.ts';
import { wasmLinearAlgebra } from '../../packages/searcher-bayes/src/linear-algebra/wasm-linear-algebra.ts';
import { encodePoints } from '../../packages/searcher-bayes/src/model/features.ts';
import { negativeLogPosterior } from '../../packages/searcher-bayes/src/model/likelihood.ts';
import { ParameterVector } from '../../packages/searcher-bayes/src/model/parameter-vector.ts';
import { describeMachine } from '../machine.ts';

const DIMENSIONS = 10;
const SIZES = [100, 300, 1000];
const OPERATIONS = ['cholesky', 'inverse', 'solve 256', 'likelihood and gradient'] as const;
/** Each round does every operation of every participant for about so many floating-point operations. */
const ROUNDS = 7;
const WORK = 2e9;

type Operation = (typeof OPERATIONS)[number];

/** One repetition of each operation: what it is given is copied to its place first, and only the operation is timed. */
function ownOperations(algebra: LinearAlgebra, n: number): Record<Operation, () => number> {
  const space = { dimensions: Array.from({ length: DIMENSIONS }, () => ({ kind: 'continuous' }) as const) };
  // Park and Miller's generator: the times do not depend on the numbers.
  let state = n;
  const random = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
  const points = Float64Array.from({ length: n * DIMENSIONS }, random);
  const targets = Float64Array.from({ length: n }, (_, i) => Math.sin(8 * (points[i * DIMENSIONS] as number)));
  const parameters = new ParameterVector(space, true, false);
  const data = { encoded: encodePoints(space, points), targets, knownNoise: undefined };
  const size = paddedSize(n);
  const matrix = Float64Array.from({ length: size * size }, (_, at) => {
    const distance = Math.abs((at % size) - Math.floor(at / size));
    return Math.exp(-distance / 20) + (distance === 0 ? 1e-3 : 0);
  });
  const count = Math.min(256, size);
  const factor = matrix.slice();
  const [room] = algebra.reserve(size * size) as [Float64Array];
  room.set(matrix);
  algebra.cholesky(room, size, size, 0);
  factor.set(room);
  const timed = (
    prepare: (a: Float64Array, b: Float64Array) => void,
    run: (a: Float64Array, b: Float64Array) => unknown,
  ) => {
    const [a, b] = algebra.reserve(size * size, size * size) as [Float64Array, Float64Array];
    prepare(a, b);
    const start = performance.now();
    run(a, b);
    return performance.now() - start;
  };
  return {
    cholesky: () =>
      timed(
        (a) => a.set(matrix),
        (a) => algebra.cholesky(a, size, size, 0),
      ),
    inverse: () =>
      timed(
        (a) => a.set(factor),
        (a, b) => algebra.invert(a, size, size, b),
      ),
    'solve 256': () =>
      timed(
        (a, b) => {
          a.set(factor);
          b.set(matrix.subarray(0, count * size));
        },
        (a, b) => algebra.solveLower(a, size, size, b, count),
      ),
    'likelihood and gradient': () =>
      timed(
        () => {},
        () => negativeLogPosterior(algebra, data, parameters, parameters.mode()),
      ),
  };
}

/** A process of bench/peers/bayes-linear-algebra.py. */
function startPeer(python: string) {
  const script = new URL('../peers/bayes-linear-algebra.py', import.meta.url).pathname;
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async times(operation: Operation, n: number, repeat: number): Promise<number[]> {
      child.stdin.write(`${JSON.stringify({ operation, n, repeat })}\n`);
      const answer = await answers.next();
      if (answer.done) throw new Error(`${python} ended; it needs SciPy and scikit-learn.`);
      return JSON.parse(answer.value) as number[];
    },
    end: () => child.stdin.end(),
  };
}

const middle = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;

const { values: options } = parseArgs({
  options: { python: { type: 'string', default: 'python3' }, out: { type: 'string' } },
});
const peer = startPeer(options.python);
const wasm = wasmLinearAlgebra();
if (!wasm) throw new Error('This machine does not run WebAssembly with vectors.');
const results: Record<string, unknown>[] = [];
console.log(describeMachine());
console.log('median ms (least)            n             LAPACK               wasm  ratio         typescript  ratio');
for (const n of SIZES) {
  const twin = typescriptLinearAlgebra();
  const [fast, slow] = [ownOperations(wasm, n), ownOperations(twin, n)];
  for (const operation of OPERATIONS) {
    const repeat = Math.max(1, Math.min(200, Math.round(WORK / n ** 3 / ROUNDS)));
    const times = { lapack: [] as number[], wasm: [] as number[], typescript: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      times.lapack.push(...(await peer.times(operation, n, repeat)));
      for (let k = 0; k < repeat; k++) times.wasm.push(fast[operation]());
      for (let k = 0; k < Math.ceil(repeat / 10); k++) times.typescript.push(slow[operation]());
    }
    const median = { lapack: middle(times.lapack), wasm: middle(times.wasm), typescript: middle(times.typescript) };
    const least = {
      lapack: Math.min(...times.lapack),
      wasm: Math.min(...times.wasm),
      typescript: Math.min(...times.typescript),
    };
    results.push({ operation, n, median, least });
    const cell = (who: keyof typeof median): string =>
      `${median[who].toFixed(3)} (${least[who].toFixed(3)})`.padStart(19);
    const ratio = (who: keyof typeof median): string => `${(median[who] / median.lapack).toFixed(2)}x`.padStart(7);
    console.log(
      `${operation.padEnd(24)}${String(n).padStart(5)}${cell('lapack')}${cell('wasm')}${ratio('wasm')}${cell('typescript')}${ratio('typescript')}`,
    );
  }
}
peer.end();
if (options.out)
  await writeFile(options.out, `${JSON.stringify({ machine: describeMachine(), results }, undefined, 1)}\n`);
