/** A block of code in a page of the documentation. */
export interface Block {
  /** As the fence says: `ts`, `yaml`, `sh`, `console` …; empty for drawings. */
  readonly language: string;
  readonly text: string;
  /** Line of the fence in the page, from 1 on. */
  readonly line: number;
  /** Name of the file that it is, if its first lines say so in a comment: `# train.py`. */
  readonly file: string | undefined;
  /** Why it cannot be run where the tests are, as the page says in a comment above it. */
  readonly notRun: string | undefined;
}

const FENCE = /^( *)```(\S*)\s*$/;
const NOT_RUN = /^<!-- not run: (.+) -->$/;
const FILE = /^(?:#|\/\/) (?:\.\/)?([\w-]+(?:\.[\w-]+)*\.(?:ya?ml|py|ts|js|mjs|sh|json))(?:[ :].*)?$/;

/** The blocks of a page, in order. @throws Error for a fence that is not closed */
export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const fence = FENCE.exec(lines[index]!);
    if (fence === null) continue;
    const line = index + 1;
    const [, indent = '', language = ''] = fence;
    const text: string[] = [];
    for (index += 1; lines[index]?.trim() !== '```'; index += 1) {
      if (lines[index] === undefined) throw new Error(`line ${line}: the fence is not closed`);
      text.push(lines[index]!.slice(indent.length));
    }
    const above = lines
      .slice(0, line - 1)
      .findLast((each) => each.trim() !== '')
      ?.trim();
    blocks.push({
      language,
      text: `${text.join('\n')}\n`,
      line,
      file: text
        .slice(0, 2)
        .map((each) => FILE.exec(each)?.[1])
        .find(Boolean),
      notRun: above === undefined ? undefined : NOT_RUN.exec(above)?.[1],
    });
  }
  return blocks;
}

/** The commands of a transcript: what stands behind `$ `. */
export function commandsOf(transcript: string): string {
  const commands = transcript
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2));
  return `${commands.join('\n')}\n`;
}
