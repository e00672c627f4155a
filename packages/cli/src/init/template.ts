import { basename, extname } from 'node:path';
import { guessDomain } from './guess-domain.ts';
import { type ScriptFlag, scanFlags } from './script-flags.ts';

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
  ['acc', 'maximize'],
  ['rmse', 'minimize'],
  ['auc', 'maximize'],
  ['f1', 'maximize'],
] as const;

/** A script to write a study file for. */
export interface Script {
  /** As it is to stand in the command, relative to the study file. */
  readonly path: string;
  readonly text: string;
}

/** A study file, and what was seen in the script. */
export interface StudyTemplate {
  readonly text: string;
  /** Parameters that stand for flags of the script. Empty: the parameters of the file are an example. */
  readonly tuned: readonly string[];
  /** Flags that are left as the script has them. */
  readonly left: readonly string[];
  /** What the script does not run without and the command does not hold yet. */
  readonly needed: readonly string[];
}

/**
 * A study file with comments, for a script or as an example.
 * @param schema path of the JSON Schema, for editors
 */
export function studyTemplate(script: Script | undefined, schema: string): StudyTemplate {
  const flags = script !== undefined && extname(script.path) === '.py' ? scanFlags(script.text) : [];
  const resources = flags.filter(({ flag, kind }) => RESOURCE.test(flag) && kind !== 'other');
  const resource = resources.find((flag) => flag.default !== undefined) ?? resources[0];
  const found = flags.filter(({ flag, kind }) => kind !== 'other' && !RESOURCE.test(flag) && !NOT_TUNED.test(flag));
  const others = flags.filter((flag) => !found.includes(flag) && !resources.includes(flag));
  const needed = others.filter(({ required }) => required).map(({ flag }) => flag);
  const left = others.filter(({ required }) => !required).map(({ flag }) => flag);
  const shown = found.length > 0 ? found : EXAMPLE;
  const path = script?.path ?? 'train.py';
  // A flag that the script does not know would fail each trial.
  const given = script === undefined ? EXAMPLE : found;
  const [metric, goal] = metricOf(script?.text ?? '');
  const words = [
    ...(INTERPRETERS[extname(path)] ?? []),
    quoted(INTERPRETERS[extname(path)] === undefined ? `./${path}` : path),
  ];
  const command = [...words, ...given.flatMap(({ flag }) => [flag, `"{${parameterName(flag)}}"`])];
  const width = Math.max(...shown.map(({ flag }) => parameterName(flag).length)) + 1;
  const name =
    basename(path, extname(path))
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '') || 'study';
  const notes = [
    ...(resource === undefined
      ? []
      : [
          `${resource.flag} looks like the resource of a trial. A searcher with rungs sets it: add ${resource.flag}, "{resource}".`,
        ]),
    ...(needed.length === 0 ? [] : [`${path} does not run without ${needed.join(', ')}: add what it needs.`]),
    ...(left.length === 0 ? [] : [`Left as ${path} has them: ${left.join(', ')}.`]),
  ];
  const text = `# yaml-language-server: $schema=${schema}
name: ${name}

# What a trial runs: an array, no shell. {name} stands for the value of a parameter. The same values are in the environment
# ($FETTLE_<NAME>) and in the JSON file $FETTLE_CONFIG.
command: [${command.join(', ')}]
${notes.map((note) => `# ${note}\n`).join('')}
# What may be tried.${aboutSpace(script, found)}
space:
${shown.map((flag) => `  ${`${parameterName(flag.flag)}:`.padEnd(width)} ${guessDomain(flag)}`).join('\n')}

${metricLines(metric, script)}objective: { metric: ${metric}, goal: ${goal} }

# What to try next: random, sobol, grid, bayes (learns from every result), asha or hyperband (stop bad trials early), or an npm
# package.
searcher: random
${asha(resource)}
# Where to run. workers: trials at the same time.
backend: { type: local, workers: 1 }

# Limits of the whole study; totals, however often it is interrupted and continued.
budget: { trials: 20 }

seed: 1
`;
  return { text, tuned: found.map(({ flag }) => parameterName(flag)), left, needed };
}

/** The objective that a script speaks of: what it prints comes before what it only mentions. */
function metricOf(text: string): (typeof METRICS)[number] {
  const named = (before: string, after: string): (typeof METRICS)[number] | undefined =>
    METRICS.find(([name]) => new RegExp(`${before}${name}${after}`).test(text));
  return named('\\b', PRINTED) ?? named('[\'"]', '[\'"]') ?? named('\\b', '\\b') ?? ['loss', 'minimize'];
}

/** What follows a metric's name in a text that is formatted: `loss={loss:.4f}`, `loss: %.4f`. */
const PRINTED = '[=:] *[{%]';

/** Where the parameters come from. */
function aboutSpace(script: Script | undefined, found: readonly ScriptFlag[]): string {
  if (script === undefined) return '';
  if (found.length > 0) return ' Ranges were guessed from the script: check them.';
  return ` No flags that could be tuned were found in ${script.path}, so these are an example: name your own, and
# hand them over in the command as the program takes them, such as --learning-rate, "{learningRate}".`;
}

/** How results are read: by a regular expression if the script prints them so, as lines of JSON otherwise. */
function metricLines(metric: string, script: Script | undefined): string {
  const what = 'The number to make small or large.';
  const text = script?.text ?? '';
  if (new RegExp(`\\b${metric}${PRINTED}`).test(text) && !/\bjson\b|FETTLE_METRICS/.test(text)) {
    return `# ${what} It is read from what the program prints; try it on a sample of that with
# \`fettle metrics study.yaml sample.log\`.
metrics: { type: regex, metrics: [{ name: ${metric}, regex: '${metric}[=:] *([^ ,]+)' }] }
`;
  }
  return `# ${what} The program says it as a line of JSON, on standard output or appended to the file
# $FETTLE_METRICS: {"${metric}": 0.123}. For a program that prints something else, give regular expressions and try them with
# \`fettle metrics study.yaml sample.log\`:
# metrics:
#   type: regex
#   metrics: [{ name: ${metric}, regex: "${metric}[=:] *([^ ,]+)" }]
`;
}

/** A text as it can stand in a list of YAML. */
function quoted(text: string): string {
  return /^[\w./][\w./-]*$/.test(text) ? text : JSON.stringify(text);
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
  { flag: '--learning-rate', kind: 'float', default: 0.01, choices: [], required: false },
  { flag: '--hidden', kind: 'int', default: 64, choices: [], required: false },
  { flag: '--activation', kind: 'choices', choices: ['relu', 'tanh'], required: false },
];

function parameterName(flag: string): string {
  return flag.replace(/^-+/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
