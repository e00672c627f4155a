/** The longest line that a program may write, in bytes: its answers are small, and what is no answer must not fill memory. */
export const LONGEST_LINE = 2 ** 20;

/** The byte that ends a line. */
export const NEWLINE = 0x0a;

/** Puts lines together from the pieces in which a pipe hands them over. */
export class LineBuffer {
  readonly #longest: number;
  #pieces: Buffer[] = [];
  #length = 0;

  /** @param longest bytes of a line, its end not counted */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /**
   * Adds a piece.
   * @returns the lines that it completes, without their ends; `undefined` once a line is too long, of which `rest` has what
   * came
   */
  add(piece: Buffer): readonly string[] | undefined {
    const lines: string[] = [];
    let from = 0;
    for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, from)) {
      const last = piece.subarray(from, end);
      if (this.#length + last.length > this.#longest) {
        this.#pieces.push(last);
        return undefined;
      }
      lines.push(this.#join(last));
      from = end + 1;
    }
    if (from < piece.length) this.#pieces.push(piece.subarray(from));
    this.#length += piece.length - from;
    return this.#length > this.#longest ? undefined : lines;
  }

  /** What came after the last line's end; afterwards the buffer is empty. */
  rest(): string {
    return this.#join(Buffer.alloc(0));
  }

  #join(last: Buffer): string {
    const whole = this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    this.#length = 0;
    const text = whole.toString('utf8');
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  }
}
