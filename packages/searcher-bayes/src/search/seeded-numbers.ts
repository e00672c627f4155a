/** Words that a random stream of the study gives to seed a generator. */
export type Seed = readonly [number, number, number, number];

/**
 * Random numbers from a seed of 128 bits, by xoshiro128** (Blackman and Vigna, 2018). The study's own streams stay in its
 * thread; where the search runs, a seed drawn from one of them is all that arrives.
 */
export class SeededNumbers {
  readonly #state: Int32Array;

  constructor(seed: Seed) {
    this.#state = Int32Array.from(seed);
    if (seed.every((word) => (word | 0) === 0)) this.#state[0] = 1;
  }

  /** Uniform on [0, 1), with 32 random bits. */
  next(): number {
    const state = this.#state;
    const word = Math.imul(rotate(Math.imul(state[1]!, 5), 7), 9);
    const shifted = state[1]! << 9;
    state[2]! ^= state[0]!;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= shifted;
    state[3] = rotate(state[3]!, 11);
    return (word >>> 0) / 2 ** 32;
  }

  /** Uniform on 0 ... bound - 1. */
  integer(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** A standard normal deviate, by Box and Muller's method. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
