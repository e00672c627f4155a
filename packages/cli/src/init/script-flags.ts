import { type CallArgument, literal, pythonCalls, topLevelParts } from './python-calls.ts';

/** An argument that a Python script takes. */
export interface ScriptFlag {
  /** As it is given on the command line: `--learning-rate`; of a positional argument, its name. */
  readonly flag: string;
  /** `other`: nothing that can be tuned as it is, such as a path or a switch. */
  readonly kind: 'float' | 'int' | 'choices' | 'other';
  readonly default?: number | undefined;
  readonly choices: readonly (string | number)[];
  /** The least and the largest value, where the script says them. */
  readonly range?: readonly [min: number, max: number] | undefined;
  /** Whether the script does not run without it. */
  readonly required: boolean;
}

/** `parser.add_argument(…)` of argparse and what looks like it; `@click.option(…)`, `@click.argument(…)`. */
const CALL = /(?:\.add_argument|@(?:\w+\.)*option|@(?:\w+\.)*argument)\(/g;
const NUMBER = /^[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const INTEGER = /^[-+]?\d[\d_]*$/;

/** The arguments that a Python script declares with argparse or click. */
export function scanFlags(script: string): ScriptFlag[] {
  const flags = new Map<string, ScriptFlag>();
  for (const call of pythonCalls(script, CALL)) {
    const flag = flagOf(call);
    if (flag !== undefined && !flags.has(flag.flag)) flags.set(flag.flag, flag);
  }
  return [...flags.values()];
}

function flagOf(call: readonly CallArgument[]): ScriptFlag | undefined {
  const names = call.flatMap(({ name, text }) => (name === undefined ? [literal(text) ?? ''] : []));
  const flag = names.find((name) => /^--[A-Za-z]/.test(name)) ?? names.find((name) => /^-?[A-Za-z]/.test(name));
  if (flag === undefined) return undefined;
  const given = (wanted: string): string => call.find(({ name }) => name === wanted)?.text ?? '';
  const written = given('default');
  const base = {
    flag: flag.split('/')[0] ?? flag,
    choices: [],
    required:
      given('required') === 'True' || (!flag.startsWith('-') && written === '' && !/^['"][?*]/.test(given('nargs'))),
  };
  const type = given('type').replace(/^click\./, '');
  const choices = list(given('choices') || (/^Choice\(([^]*)\)$/.exec(type)?.[1] ?? ''));
  if (choices.length > 1) return { ...base, kind: 'choices', choices };
  const isSwitch = given('action') !== '' || given('is_flag') === 'True' || flag.includes('/') || given('nargs') !== '';
  const value = NUMBER.test(written) ? Number(written.replaceAll('_', '')) : undefined;
  const kind = kindOf(type, written);
  // A positional argument has its place, which only the person knows.
  if (isSwitch || kind === undefined || !flag.startsWith('-')) return { ...base, kind: 'other' };
  return { ...base, kind, default: value, range: rangeOf(type) };
}

function kindOf(type: string, written: string): 'int' | 'float' | undefined {
  if (/^(?:int\b|INT\b|IntRange\b)/.test(type)) return 'int';
  if (/^(?:float\b|FLOAT\b|FloatRange\b)/.test(type)) return 'float';
  if (type !== '' || !NUMBER.test(written)) return undefined;
  return INTEGER.test(written) ? 'int' : 'float';
}

/** The bounds of `IntRange(1, 10)` or `FloatRange(min=0, max=1)`. */
function rangeOf(type: string): readonly [number, number] | undefined {
  const open = type.indexOf('(');
  const [min, max] =
    open === -1 ? [] : (topLevelParts(type, open + 1) ?? []).map((part) => Number(part.replace(/^\w+=/, '')));
  return min !== undefined && max !== undefined && min < max ? [min, max] : undefined;
}

function list(text: string): (string | number)[] {
  if (!/^[[(]/.test(text)) return [];
  return (topLevelParts(text, 1) ?? []).flatMap((item): (string | number)[] => {
    const quoted = literal(item);
    if (quoted !== undefined) return [quoted];
    return NUMBER.test(item) ? [Number(item.replaceAll('_', ''))] : [];
  });
}
