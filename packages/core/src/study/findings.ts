import { FettleError } from '../errors.ts';

/** Collects what several checks find, so that a person is told everything in one message. */
export class Findings {
  readonly #errors: FettleError[] = [];

  /** Does something that may find fault; what is no `FettleError` is thrown at once. @returns `undefined` if it found one */
  look<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (thrown) {
      if (!(thrown instanceof FettleError)) throw thrown;
      this.#errors.push(thrown);
      return undefined;
    }
  }

  /** @throws FettleError the one that was found, or one with all that is wrong: of their code if they have the same one */
  done(): void {
    const [first, ...others] = this.#errors;
    if (first === undefined) return;
    if (others.length === 0) throw first;
    const code = others.every((other) => other.code === first.code) ? first.code : 'options-invalid';
    const texts = this.#errors.map((error) => `  ${error.toHuman().replaceAll('\n', '\n  ')}`);
    throw new FettleError(code, `Several things are wrong with the study:\n${texts.join('\n')}`, { cause: first });
  }
}
