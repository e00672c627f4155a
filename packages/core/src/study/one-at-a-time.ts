/** Does what it is given in the order in which it is asked for, each when the one before has come to its end. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  /** @returns what comes of the work; that it fails harms none of the others */
  async do<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return await turn;
  }
}
