import { basename, extname } from 'node:path';
import { type ScriptFlag, scanArgparse } from './argparse.ts';

/** Flags that say how long to train: a resource, not something to tune. */
const RESOURCE = /^--(?:max[-_])?(?:num[-_]|n[-_])?(?:epochs?|steps|iterations|iters)$/i;

/** Flags whose value decides nothing about how good the result is. */
const NOT_TUNED =
  /^--(?:seed|random[-_]seed|(?:num[-_])?workers|port|gpus?|device|rank|local[-_]rank|world[-_]size|(?:log|save|eval|print)[-_].*|verbose|threads)$/i;

const INTERPRETERS: { readonly [extension: string]: readonly string[] } = {
  '.py': ['python3'],
  '.js': ['node'],
  '.mjs': ['node'],
  '.ts': ['node'],
  '.sh': ['bash'],
  '.R': ['Rscript'],
  '.jl': ['julia'],
};

/** Metrics that scripts speak of, the likeliest objective first. */
const METRICS = [
  ['val_loss', 'minimize'],
  ['val_accuracy', 'maximize'],
  ['val_acc', 'maximize'],
  ['accuracy', 'maximize'],
  ['loss', 'minimize'],
] as const;

/** A script to write a study file for. */
export interface Script {
  /** As it is to stand in the command, relative to the study file. */
  readonly path: string;
  readonly text: string;
}

/**
 * The text of a study file with comments, for a script or as an example.
 * @param schema path of the JSON Schema, for editors
 */
export function studyTemplate(script: Script | undefined, schema: string): string {
  const flags = script !== undefined && extname(script.path) === '.py' ? scanArgparse(script.text) : [];
  const resource = flags.find(({ flag }) => RESOURCE.test(flag));
  const found = flags.filter(({ flag }) => !RESOURCE.test(flag) && !NOT_TUNED.test(flag));
  const tuned = found.length > 0 ? found : EXAMPLE;
  const path = script?.path ?? 'train.py';
  const [metric, goal] = METRICS.find(([name]) => new RegExp(`\\b${name}\\b`).test(script?.text ?? '')) ?? [
    'loss',
    'minimize',
  ];
  const words = [
    ...(INTERPRETERS[extname(path)] ?? []),
    INTERPRETERS[extname(path)] === undefined ? `./${path}` : path,
  ];
  const command = [...words, ...tuned.flatMap(({ flag }) => [flag, `"{${parameterName(flag)}}"`])];
  const width = Math.max(...tuned.map(({ flag }) => parameterName(flag).length)) + 1;
  const name =
    basename(path, extname(path))
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '') || 'study';
  return `# yaml-language-server: $schema=${schema}
name: ${name}

# What a trial runs: an array, no shell. {name} stands for the value of a parameter. The same values are in the environment
# ($FETTLE_<NAME>) and in the JSON file $FETTLE_CONFIG.
command: [${command.join(', ')}]
${resource === undefined ? '' : `# ${resource.flag} looks like the resource of a trial. A searcher with rungs sets it: add ${resource.flag}, "{resource}".\n`}
# What may be tried.${found.length > 0 ? ' Ranges were guessed from the defaults in the script: check them.' : ''}
space:
${tuned.map((flag) => `  ${`${parameterName(flag.flag)}:`.padEnd(width)} ${domain(flag)}`).join('\n')}

# The number to make small or large. The program says it as a line of JSON, on standard output or appended to the file
# $FETTLE_METRICS: {"${metric}": 0.123}. For a program that prints something else, give regular expressions and try them with
# \`fettle metrics study.yaml sample.log\`:
# metrics:
#   type: regex
#   metrics: [{ name: ${metric}, regex: "${metric}[=:] *([^ ,]+)" }]
objective: { metric: ${metric}, goal: ${goal} }

# What to try next: random, sobol, grid, asha, hyperband, or an npm package.
searcher: random
${asha(resource)}
# Where to run. workers: trials at the same time.
backend: { type: local, workers: 1 }

# Limits of the whole study; totals, however often it is interrupted and continued.
budget: { trials: 20 }

seed: 1
`;
}

/** Lines that stop bad trials early; the program must be told how far to run. */
function asha(resource: ScriptFlag | undefined): string {
  const most = resource?.default !== undefined && resource.default >= 4 ? Math.round(resource.default) : 27;
  const told =
    resource === undefined
      ? '{resource} in the command, or $FETTLE_RESOURCE'
      : `${resource.flag}, "{resource}" in the command`;
  return `# To give most trials only a little and the best of them more, tell the program how far to run (${told}).
# With \`resumable: true\` it goes on from $FETTLE_CHECKPOINT_DIR instead of beginning again:
# searcher: { type: asha, minResource: 1, maxResource: ${most}, reductionFactor: 3, sampler: random }
`;
}

const EXAMPLE: readonly ScriptFlag[] = [
  { flag: '--learning-rate', kind: 'float', default: 0.01, choices: [] },
  { flag: '--hidden', kind: 'int', default: 64, choices: [] },
  { flag: '--activation', kind: 'choices', choices: ['relu', 'tanh'] },
];

function parameterName(flag: string): string {
  return flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function domain({ kind, default: value = 1, choices }: ScriptFlag): string {
  if (kind === 'choices')
    return `{ type: categorical, values: [${choices.map((choice) => JSON.stringify(choice)).join(', ')}] }`;
  if (kind === 'int') {
    const [min, max] =
      value > 0 ? [Math.max(1, Math.floor(value / 4)), value * 4] : value < 0 ? [value * 4, 0] : [0, 10];
    return `{ type: int, min: ${min}, max: ${max}${min >= 1 && max / min >= 8 ? ', scale: log' : ''} }`;
  }
  // A rate near 1 (momentum, dropout) is bounded by 1; anything else is a matter of magnitude.
  if (value >= 0.1 && value < 1) return '{ type: float, min: 0, max: 0.999 }';
  if (value > 0) return `{ type: float, min: ${plain(value / 10)}, max: ${plain(value * 10)}, scale: log }`;
  return value < 0 ? `{ type: float, min: ${plain(value * 10)}, max: 0 }` : '{ type: float, min: 0, max: 1 }';
}

function plain(value: number): string {
  return String(Number(value.toPrecision(3)));
}
