/** An argument of a call: its name if it has one, and its text as it is written. */
export interface CallArgument {
  readonly name: string | undefined;
  readonly text: string;
}

/**
 * The calls of a function in a Python script, as text: nothing is run, and what is computed is not seen.
 * @param callee matches the name of the function and its opening parenthesis; global
 * @returns the arguments of each call
 */
export function pythonCalls(script: string, callee: RegExp): CallArgument[][] {
  const calls: CallArgument[][] = [];
  const text = withoutComments(script);
  for (const match of text.matchAll(callee)) {
    const parts = topLevelParts(text, match.index + match[0].length);
    if (parts !== undefined) calls.push(parts.map(argument));
  }
  return calls;
}

/** The content of a text literal, or `undefined` if it is none. */
export function literal(text: string): string | undefined {
  return /^[rRbBuU]?(["'])(.*)\1$/s.exec(text)?.[2];
}

function argument(text: string): CallArgument {
  const [, name, value] = /^(\w+)\s*=(?!=)\s*([^]*)$/.exec(text) ?? [];
  return { name, text: (value ?? text).trim() };
}

/** The parts between the commas up to the closing parenthesis; commas within texts and brackets separate nothing. */
export function topLevelParts(text: string, start: number): string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === '"' || character === "'") at = endOfLiteral(text, at);
    else if ('([{'.includes(character)) depth += 1;
    else if (depth > 0 && ')]}'.includes(character)) depth -= 1;
    else if (depth === 0 && ',)]}'.includes(character)) {
      const part = text.slice(from, at).trim();
      if (part !== '') parts.push(part);
      from = at + 1;
      if (character !== ',') return parts;
    }
  }
  return undefined;
}

/** Where a text literal ends: at its last quote. */
function endOfLiteral(text: string, start: number): number {
  const quote = text[start]!;
  const mark = text.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote;
  for (let at = start + mark.length; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text.startsWith(mark, at)) return at + mark.length - 1;
  }
  return text.length;
}

/** Comments may hold calls, quotes and parentheses of their own. */
function withoutComments(script: string): string {
  let kept = '';
  let from = 0;
  for (let at = 0; at < script.length; at += 1) {
    const character = script[at]!;
    if (character === '"' || character === "'") at = endOfLiteral(script, at);
    else if (character === '#') {
      kept += script.slice(from, at);
      const end = script.indexOf('\n', at);
      at = end === -1 ? script.length : end;
      from = at;
    }
  }
  return kept + script.slice(from);
}
