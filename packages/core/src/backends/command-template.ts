/** A part of one argument: text as it is, or a name whose value stands there. */
type Part = { readonly text: string } | { readonly name: string };

/** One argument of a command, taken apart. */
export interface ArgumentTemplate {
  readonly source: string;
  readonly parts: readonly Part[];
}

/** What is wrong with an argument, with the piece of it that is wrong. */
export interface TemplateProblem {
  readonly problem: string;
}

/** A lone flag: the argument behind it may be its value. Negative numbers, `--` and `--name=value` are none. */
const FLAG = /^--?[A-Za-z][^={}]*$/;

/**
 * Takes an argument apart: `{name}` stands for a value, `{{` for `{` and `}}` for `}`. Every other brace is a mistake,
 * because a forgotten one would pass for text.
 */
export function parseArgument(source: string): ArgumentTemplate | TemplateProblem {
  const parts: Part[] = [];
  let text = '';
  for (let at = 0; at < source.length; at += 1) {
    const character = source.charAt(at);
    if (character !== '{' && character !== '}') {
      text += character;
    } else if (source.charAt(at + 1) === character) {
      text += character;
      at += 1;
    } else if (character === '}') {
      return { problem: `has a '}' without a '{' before it; write '}}' for the character itself` };
    } else {
      const end = source.indexOf('}', at);
      if (end === -1) return { problem: `has a '{' that is never closed; write '{{' for the character itself` };
      if (text !== '') parts.push({ text });
      text = '';
      parts.push({ name: source.slice(at + 1, end) });
      at = end;
    }
  }
  if (text !== '') parts.push({ text });
  return { source, parts };
}

/** The names an argument uses. */
export function namesIn(argument: ArgumentTemplate): string[] {
  return argument.parts.flatMap((part) => ('name' in part ? [part.name] : []));
}

/**
 * Fills in the values.
 *
 * A name without a value belongs to a parameter that is not active, or to `{resource}` of an attempt that has no level to
 * run to. Then:
 * 1. every argument that uses the name is left out;
 * 2. so is the argument before it, if that is a lone flag (`--momentum`, `-m`: one or two dashes, a letter, no `=`, no
 *    placeholder) and the argument left out is not an option itself (does not begin with `-`).
 *
 * @param valueOf the text for a name; `undefined` if it has none now
 */
export function expandArguments(
  templates: readonly ArgumentTemplate[],
  valueOf: (name: string) => string | undefined,
): string[] {
  const argv: string[] = [];
  let previous: ArgumentTemplate | undefined;
  for (const template of templates) {
    const pieces = template.parts.map((part) => ('text' in part ? part.text : valueOf(part.name)));
    if (!pieces.includes(undefined)) argv.push(pieces.join(''));
    else if (previous !== undefined && FLAG.test(previous.source) && !template.source.startsWith('-')) argv.pop();
    previous = template;
  }
  return argv;
}
