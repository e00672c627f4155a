import type { RandomStream } from '../domain/random-stream.ts';
import { PACKED_DIRECTIONS, POLYNOMIALS_BY_DEGREE } from './sobol-directions.ts';

const BITS = 32;

/** Most dimensions a Sobol sequence can have here. */
export const MOST_DIMENSIONS = 1 + POLYNOMIALS_BY_DEGREE.reduce((sum, count) => sum + count, 0);

/** Points after which the sequence is at its end. */
const MOST_POINTS = 2 ** BITS;

/**
 * The Sobol sequence: points of the unit cube that fill it more evenly than random ones do, whatever their number. Best
 * after a power of two.
 *
 * Numbers of Joe and Kuo (2008), in the order of Antonov and Saleev (Gray code). With a random stream it is scrambled as
 * Owen does (Randomly Permuted (t,m,s)-Nets and (t,s)-Sequences, 1995): every half of every half … of each axis is
 * swapped or not, at random, which keeps the evenness and makes each point uniform.
 */
export class SobolSequence {
  readonly #dimensions: number;
  /** `BITS` direction numbers for each dimension. */
  readonly #directions: Uint32Array;
  /** Two random words for each dimension; absent: not scrambled. */
  readonly #scramble: Int32Array | undefined;

  /**
   * @param dimensions from 0 to `MOST_DIMENSIONS` (1,111)
   * @param scramble where the scrambling comes from; absent: the plain sequence, which begins in the corner
   */
  constructor(dimensions: number, scramble?: RandomStream) {
    this.#dimensions = dimensions;
    this.#directions = directionNumbers(dimensions);
    if (scramble !== undefined) {
      this.#scramble = Int32Array.from({ length: 2 * dimensions }, () => scramble.integer(2 ** 32));
    }
  }

  /** Writes a point's coordinates, each on [0, 1). `index` goes from 0 to 2^32 - 1. */
  point(index: number, into: Float64Array): void {
    const gray = (index ^ (index >>> 1)) >>> 0;
    const scramble = this.#scramble;
    for (let dimension = 0; dimension < this.#dimensions; dimension++) {
      let word = 0;
      const base = dimension * BITS;
      for (let rest = gray, bit = 0; rest !== 0; rest >>>= 1, bit++) {
        if ((rest & 1) === 1) word ^= this.#directions[base + bit]!;
      }
      if (scramble !== undefined) word = owen(word, scramble[2 * dimension]!, scramble[2 * dimension + 1]!);
      into[dimension] = (word >>> 0) / MOST_POINTS;
    }
  }
}

/** Nested uniform scrambling: whether a digit is flipped is a random function of all the digits above it. */
function owen(word: number, seedA: number, seedB: number): number {
  let flips = 0;
  for (let depth = 0; depth < BITS; depth++) {
    // The digits above with a 1 before them: a different number for each node of the binary tree.
    const node = depth === 0 ? 1 : (1 << depth) | (word >>> (BITS - depth));
    let hash = Math.imul(node ^ seedA, 0x9e3779b1);
    hash = Math.imul((hash ^ (hash >>> 15)) + seedB, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae3d);
    flips |= (hash >>> 31) << (BITS - 1 - depth);
  }
  return word ^ flips;
}

function directionNumbers(dimensions: number): Uint32Array {
  const directions = new Uint32Array(dimensions * BITS);
  if (dimensions === 0) return directions;
  // The first dimension is the van der Corput sequence.
  for (let bit = 0; bit < BITS; bit++) directions[bit] = 2 ** (BITS - 1 - bit);
  const read = bitReader(PACKED_DIRECTIONS);
  let dimension = 1;
  for (const [index, count] of POLYNOMIALS_BY_DEGREE.entries()) {
    const degree = index + 1;
    for (let polynomial = 0; polynomial < count; polynomial++, dimension++) {
      if (dimension === dimensions) return directions;
      const own = directions.subarray(dimension * BITS, (dimension + 1) * BITS);
      const inner = read(degree - 1);
      for (let bit = 0; bit < degree; bit++) own[bit] = (2 * read(bit) + 1) * 2 ** (BITS - 1 - bit);
      for (let bit = degree; bit < BITS; bit++) {
        let word = own[bit - degree]! ^ (own[bit - degree]! >>> degree);
        for (let term = 1; term < degree; term++) {
          if (((inner >>> (degree - 1 - term)) & 1) === 1) word ^= own[bit - term]!;
        }
        own[bit] = word >>> 0;
      }
    }
  }
  return directions;
}

/** Reads numbers of so many bits from a text in base 64. */
function bitReader(packed: string): (bits: number) => number {
  const bytes = atob(packed);
  let position = 0;
  return (bits) => {
    let value = 0;
    for (let bit = 0; bit < bits; bit++, position++) {
      value = value * 2 + ((bytes.charCodeAt(position >> 3) >> (7 - (position & 7))) & 1);
    }
    return value;
  };
}
