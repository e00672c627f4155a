/**
 * The rows of the first table under a heading, without the header: the cells as they are written.
 * @param heading as it stands in the page: `## retry`
 * @throws Error if there is no such heading, or no table before the next one
 */
export function tableUnder(markdown: string, heading: string): readonly (readonly string[])[] {
  const lines = markdown.split('\n');
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`there is no heading '${heading}'`);
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#{1,6} /.test(line));
  const section = end === -1 ? rest : rest.slice(0, end);
  const first = section.findIndex((line) => line.startsWith('|'));
  if (first === -1) throw new Error(`there is no table under '${heading}'`);
  const last = section.findIndex((line, index) => index > first && !line.startsWith('|'));
  return section.slice(first + 2, last === -1 ? undefined : last).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

/** The names in a cell: what stands in code. */
export function namesIn(cell: string): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name);
}
