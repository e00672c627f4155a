/** A flag of a Python script that could be tuned. */
export interface ScriptFlag {
  /** As it is given on the command line: `--learning-rate`. */
  readonly flag: string;
  readonly kind: 'float' | 'int' | 'choices';
  readonly default?: number | undefined;
  readonly choices: readonly (string | number)[];
}

const CALL = /\.add_argument\(((?:[^()]|\([^()]*\))*)\)/g;
const NUMBER = /^[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/**
 * The numeric flags and the choices that a Python script declares with `argparse` (or anything that looks like it). A light
 * scan of the text: the script is not run, and what is computed is not seen.
 */
export function scanArgparse(script: string): ScriptFlag[] {
  const flags: ScriptFlag[] = [];
  // Comments could hold calls and unbalanced parentheses.
  const text = script.replace(/^\s*#.*$/gm, '');
  for (const [, inside = ''] of text.matchAll(CALL)) {
    const flag = /["'](--[A-Za-z][\w-]*)["']/.exec(inside)?.[1];
    if (flag === undefined) continue;
    const choices = list(/choices\s*=\s*[[(]([^\])]*)[\])]/.exec(inside)?.[1]);
    const written = /default\s*=\s*([^,\s)]+)/.exec(inside)?.[1] ?? '';
    const value = NUMBER.test(written) ? Number(written.replaceAll('_', '')) : undefined;
    const type = /type\s*=\s*(\w+)/.exec(inside)?.[1];
    if (choices.length > 1) flags.push({ flag, kind: 'choices', choices });
    else if (value !== undefined && (type === 'int' || (type !== 'float' && /^[-+]?\d[\d_]*$/.test(written)))) {
      flags.push({ flag, kind: 'int', default: value, choices });
    } else if (value !== undefined) flags.push({ flag, kind: 'float', default: value, choices });
  }
  return flags;
}

function list(text: string | undefined): (string | number)[] {
  if (text === undefined) return [];
  return text
    .split(',')
    .map((item) => item.trim())
    .flatMap((item): (string | number)[] => {
      const quoted = /^["'](.*)["']$/.exec(item)?.[1];
      if (quoted !== undefined) return [quoted];
      return NUMBER.test(item) ? [Number(item)] : [];
    });
}
