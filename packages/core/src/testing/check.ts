/** One thing a contract asks for: a sentence, and how it is found out. Throws if the contract is broken. */
export interface Check {
  /** What the contract asks for, as a sentence. */
  readonly name: string;
  /** Finds out. @throws Error with what was seen, if the contract is broken */
  run(): void | Promise<void>;
}
