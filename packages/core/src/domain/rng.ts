import type { RandomStream } from './random-stream.ts';
import { normalQuantile } from './normal-quantile.ts';

const TWO_32 = 2 ** 32;

/**
 * The generator sfc32 ("small fast counting", from PractRand): 96 bits of chaotic state and a 32-bit counter, so no seed
 * has a period below 2^32 numbers.
 */
class Sfc32Stream implements RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(a: number, b: number, c: number, counter: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    this.#counter = counter | 0;
    // The seed words are well mixed already; these rounds spread them over the whole state.
    for (let round = 0; round < 12; round++) this.#word();
  }

  /** 32 random bits, as a signed integer. */
  #word(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum;
  }

  next(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  integer(bound: number): number {
    if (!(bound >= 1 && bound <= 9007199254740992 && Number.isInteger(bound))) {
      throw new RangeError(`The bound of a random integer must be an integer from 1 to 2^53, got ${bound}.`);
    }
    if (bound === 1) return 0;
    // Numbers of just enough bits, drawn until one lies below the bound: unbiased, and less than two draws on average.
    const last = bound - 1;
    if (last < TWO_32) {
      const mask = 0xffffffff >>> Math.clz32(last);
      for (;;) {
        const value = (this.#word() & mask) >>> 0;
        if (value < bound) return value;
      }
    }
    const mask = 0xffffffff >>> Math.clz32(Math.floor(last / TWO_32));
    for (;;) {
      const value = ((this.#word() & mask) >>> 0) * TWO_32 + (this.#word() >>> 0);
      if (value < bound) return value;
    }
  }

  normal(): number {
    // By inversion: one uniform number for each deviate, and no second one to remember. 0 has no finite quantile.
    return normalQuantile(this.next() || 2 ** -54);
  }
}

/** Mixes words into 128 bits; every bit of every word reaches every bit of the result. */
class Mixer {
  #a = 0x243f6a88;
  #b = 0x85a308d3 | 0;
  #c = 0x13198a2e;
  #d = 0x03707344;

  word(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x9e3779b1);
    this.#b = Math.imul(this.#b ^ word, 0x85ebca77);
    this.#c = Math.imul(this.#c ^ word, 0xc2b2ae3d);
    this.#d = Math.imul(this.#d ^ word, 0x27d4eb2f);
    // Neighbours feed each other, so that what one lane's multiplication loses at the top is kept in the next.
    this.#a ^= this.#d >>> 15;
    this.#b ^= this.#a >>> 13;
    this.#c ^= this.#b >>> 16;
    this.#d ^= this.#c >>> 14;
  }

  /** A number or a text, with its kind and its length, so that `1` and `'1'`, `'ab', 'c'` and `'a', 'bc'` all differ. */
  part(part: number | string): void {
    if (typeof part === 'number' && Number.isSafeInteger(part)) {
      this.word(part < 0 ? 2 : 1);
      const size = Math.abs(part);
      this.word(size | 0);
      this.word((size / TWO_32) | 0);
      return;
    }
    const text = String(part);
    this.word(typeof part === 'number' ? 3 : 4);
    this.word(text.length);
    for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i));
  }

  stream(): RandomStream {
    for (let round = 0; round < 4; round++) this.word(round);
    return new Sfc32Stream(this.#a, this.#b, this.#c, this.#d);
  }
}

/**
 * Makes the random stream of a name. The same seed and names always give the same numbers, on every machine and version
 * of Node; different ones give streams that have nothing to do with each other.
 * @param seed of the study
 * @param names what the stream is for, from the general to the particular: `'trial', 17, 'sample', 0`
 */
export function createRandomStream(seed: number | string, ...names: readonly (number | string)[]): RandomStream {
  const mixer = new Mixer();
  mixer.part(seed);
  for (const name of names) mixer.part(name);
  return mixer.stream();
}
