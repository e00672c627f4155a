/** Longest value that is waited for, in characters. */
const LONGEST = 4 * 1024 * 1024;

/**
 * JSON values that arrive one behind the other, each with a line end behind it. A last one that is cut off is dropped: the
 * connection broke, which the caller notices otherwise.
 */
export async function* readJsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST) throw new Error('A value of the stream has no end.');
    for (const line of lines) {
      if (line.trim() !== '') yield JSON.parse(line);
    }
  }
}
