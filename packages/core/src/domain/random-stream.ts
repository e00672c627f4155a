/**
 * A stream of random numbers with a name. Streams are derived from the study's seed, a trial and a purpose, never from
 * how much was drawn elsewhere: the same name gives the same numbers after a restart, in another process, in any order.
 */
export interface RandomStream {
  /** The next number, uniform on [0, 1), with 53 random bits. */
  next(): number;
  /** An integer, uniform on 0 … `bound` - 1. `bound` is an integer from 1 to 2^53. */
  integer(bound: number): number;
  /** A standard normal deviate. */
  normal(): number;
}
