import type { ScriptFlag } from './script-flags.ts';

/** Names of what acts by factors, whatever its default. */
const BY_FACTORS = /^--?(?:.*[-_])?(?:lr|learning[-_]?rate|weight[-_]?decay|wd|l[12])$/i;

/** A domain for a flag, as it stands in a study file: a guess that the person looks over. */
export function guessDomain({ flag, kind, default: value, range, choices }: ScriptFlag): string {
  if (kind === 'choices')
    return `{ type: categorical, values: [${choices.map((choice) => JSON.stringify(choice)).join(', ')}] }`;
  if (range !== undefined) return `{ type: ${kind}, min: ${range[0]}, max: ${range[1]} }`;
  if (value !== undefined) return around(flag, kind, value);
  const guess = ' # a guess: the script has no default for it';
  if (kind === 'int') return `{ type: int, min: 8, max: 256, scale: log }${guess}`;
  return `{ type: float, ${BY_FACTORS.test(flag) ? 'min: 0.0001, max: 1, scale: log' : 'min: 0, max: 1'} }${guess}`;
}

/** A range around a default. */
function around(flag: string, kind: ScriptFlag['kind'], value: number): string {
  if (kind === 'int') {
    const [min, max] =
      value > 0 ? [Math.max(1, Math.floor(value / 4)), value * 4] : value < 0 ? [value * 4, 0] : [0, 10];
    return `{ type: int, min: ${min}, max: ${max}${min >= 1 && max / min >= 8 ? ', scale: log' : ''} }`;
  }
  // A rate near 1 (momentum, dropout) is bounded by 1; anything else is a matter of magnitude.
  if (value >= 0.1 && value < 1 && !BY_FACTORS.test(flag)) return '{ type: float, min: 0, max: 0.999 }';
  if (value > 0) return `{ type: float, min: ${plain(value / 10)}, max: ${plain(value * 10)}, scale: log }`;
  return value < 0 ? `{ type: float, min: ${plain(value * 10)}, max: 0 }` : '{ type: float, min: 0, max: 1 }';
}

function plain(value: number): string {
  return String(Number(value.toPrecision(3)));
}
