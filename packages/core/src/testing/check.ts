/** One thing a contract asks for: a sentence, and how it is found out. Throws if the contract is broken. */
export interface Check {
  readonly name: string;
  run(): void | Promise<void>;
}
