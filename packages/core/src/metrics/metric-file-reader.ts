/** A piece of a file. */
export interface FilePiece {
  /** Size of the whole file when the piece was read, in bytes. */
  readonly size: number;
  /** The bytes from the offset on: empty at the file's end, possibly fewer than asked for. */
  readonly bytes: Uint8Array;
}

/** How metric files are read; the only thing that the collector knows of a file system. */
export interface MetricFileReader {
  /**
   * Reads a piece of a file.
   * @param offset first byte, 0 or more; may lie behind the end
   * @param length most bytes to read
   * @returns `undefined` while the file does not exist; rejects if it exists and cannot be read
   */
  read(path: string, offset: number, length: number): Promise<FilePiece | undefined>;
}
