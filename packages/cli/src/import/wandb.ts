import { basename, extname } from 'node:path';
import { type ImportedStudy, type ImportNote, type Plain, present, studyName } from './imported-study.ts';
import { Original, requireSound } from './original.ts';

/** Top-level keys that concern the service alone. */
const SERVICE_ONLY = ['project', 'entity', 'description', 'imageuri', 'job', 'controller'];

/** How `${args}` and its relatives write one parameter. */
const ARGUMENTS: { readonly [macro: string]: (name: string) => string } = {
  args: (name) => `--${name}={${name}}`,
  args_no_boolean_flags: (name) => `--${name}={${name}}`,
  args_no_hyphens: (name) => `${name}={${name}}`,
};

/** Brackets of early termination that is only told where it begins: `min_iter`, and so often `eta` times that. */
const FURTHER_BRACKETS = 3;

type Space = { [name: string]: Plain };

/**
 * The study that the configuration of a Weights & Biases sweep describes.
 * @throws FettleError `usage` with everything that is wrong
 */
export function importWandb(yaml: unknown, file: string): ImportedStudy {
  const problems: string[] = [];
  const notes: ImportNote[] = [];
  const sweep = new Original(yaml, '', problems);
  for (const key of SERVICE_ONLY) sweep.drop(key, 'is of the service and was left out', notes);

  const space: Space = {};
  readParameters(sweep.map('parameters'), '', space, notes);
  if (Object.keys(space).length === 0) sweep.problem('parameters', 'holds none');

  const metric = sweep.map('metric');
  const name = metric.text('name');
  if (name === undefined) metric.problem('name', 'is missing: a study compares its trials by a metric');
  const goal = metric.text('goal') ?? 'minimize';
  if (goal !== 'minimize' && goal !== 'maximize') metric.problem('goal', 'must be minimize or maximize');
  const target = metric.number('target');

  const sampler = samplerOf(sweep);
  const searcher = searcherOf(sweep.map('early_terminate'), sampler, notes);
  const trials = sweep.number('run_cap');
  if (trials === undefined && sampler !== 'grid') {
    notes.push({ path: 'run_cap', text: 'is not given, and the search has no end of its own: set `budget.trials`' });
  }
  const program = sweep.text('program');
  const command = commandOf(sweep, program, Object.keys(space), notes);
  notes.push({
    path: 'program',
    text: `must report to Fettle where it calls wandb.log: print {"${name ?? 'metric'}": value} as a line of JSON, or append it to $FETTLE_METRICS`,
  });
  const study = present({
    name: studyName(sweep.text('name') ?? (program === undefined ? 'sweep' : basename(program, extname(program)))),
    command,
    space,
    objective: { metric: name ?? '', goal },
    searcher,
    budget: trials === undefined && target === undefined ? undefined : present({ trials, target }),
  });
  requireSound(problems, file);
  return { study, notes: [...notes, ...sweep.unread()] };
}

function samplerOf(sweep: Original): string {
  const method = sweep.text('method');
  if (method === 'random' || method === 'grid' || method === 'bayes') return method;
  sweep.problem('method', `must be random, grid or bayes, got ${JSON.stringify(method)}`);
  return 'random';
}

/** Early termination stops a run at a bracket unless it is among the best `1 / eta` there: ASHA that stops and never pauses. */
function searcherOf(stopping: Original, sampler: string, notes: ImportNote[]): Plain {
  const type = stopping.text('type');
  if (type === undefined) return { type: sampler };
  if (type !== 'hyperband') stopping.problem('type', `must be hyperband, got ${JSON.stringify(type)}`);
  const eta = stopping.number('eta') ?? 3;
  const [first, last, brackets] = [stopping.number('min_iter'), stopping.number('max_iter'), stopping.number('s')];
  stopping.drop('strict', 'has no counterpart: a trial is compared with those that came to the rung before it', notes);
  if (first === undefined && (last === undefined || brackets === undefined)) {
    stopping.problem('min_iter', 'is missing, and max_iter with s is not given either');
  }
  const minResource = first ?? Math.max(1, Math.floor((last ?? 1) / eta ** (brackets ?? 1)));
  const maxResource = last ?? minResource * eta ** FURTHER_BRACKETS;
  if (last === undefined) {
    notes.push({
      path: stopping.at('min_iter'),
      text: `says where the rungs begin and not where they end: \`maxResource: ${maxResource}\` was assumed, set it to the reports of a whole training`,
    });
  }
  notes.push({
    path: stopping.at('type'),
    text: 'counts reports: each is 1 of resource, unless `objective.resource` names a metric that says it',
  });
  return {
    type: 'asha',
    minResource,
    maxResource,
    reductionFactor: eta,
    variant: 'stopping',
    sampler: { type: sampler },
  };
}

function commandOf(
  sweep: Original,
  program: string | undefined,
  names: readonly string[],
  notes: ImportNote[],
): readonly string[] {
  const given = sweep.has('command') ? sweep.list('command').map(String) : ['${interpreter}', '${program}', '${args}'];
  if (program === undefined) sweep.problem('program', 'is missing');
  return given.flatMap((word): string[] => {
    const macro = /^\$\{(\w+)(?::\w+)?\}$/.exec(word)?.[1];
    if (macro === undefined) return [word.replaceAll('{', '{{').replaceAll('}', '}}')];
    const argument = ARGUMENTS[macro];
    if (argument !== undefined) {
      if (macro === 'args_no_boolean_flags') {
        notes.push({
          path: 'command',
          text: 'booleans are written as `--name=true`; nothing is left out if they are false',
        });
      }
      return names.map(argument);
    }
    if (macro === 'interpreter') return ['python3'];
    if (macro === 'program') return [program ?? ''];
    if (macro !== 'env')
      notes.push({ path: 'command', text: `${word} was left out: $FETTLE_CONFIG is a JSON file with all values` });
    return [];
  });
}

function readParameters(from: Original, prefix: string, space: Space, notes: ImportNote[]): void {
  for (const key of from.keys) {
    const name = prefix + key;
    const parameter = from.map(key);
    if (parameter.has('parameters')) {
      notes.push({
        path: parameter.at('parameters'),
        text: `are called '${name}.…' here, each an argument of its own`,
      });
      readParameters(parameter.map('parameters'), `${name}.`, space, notes);
    } else {
      const read = parameterOf(parameter, notes);
      if (read !== undefined) space[name] = read;
    }
  }
}

function parameterOf(parameter: Original, notes: ImportNote[]): Plain | undefined {
  const [min, max] = [parameter.number('min'), parameter.number('max')];
  const distribution = parameter.text('distribution') ?? usualDistribution(parameter, min, max);
  if (distribution === 'constant') return { type: 'constant', value: parameter.raw('value') as Plain };
  if (distribution === 'categorical' || distribution === 'categorical_w_probabilities') {
    parameter.drop('probabilities', 'has no counterpart: values are drawn alike', notes);
    return { type: 'categorical', values: parameter.list('values') as readonly Plain[] };
  }
  const range = rangeOf(distribution);
  if (range === undefined) {
    const bounded = /normal/.test(distribution)
      ? 'has no bounds: give a uniform or log_uniform_values with min and max'
      : 'is not known';
    parameter.problem('distribution', `${distribution} ${bounded}`);
    for (const key of parameter.keys) parameter.raw(key);
    return undefined;
  }
  if (min === undefined) parameter.problem('min', 'is missing');
  if (max === undefined) parameter.problem('max', 'is missing');
  const quantum = distribution.startsWith('q_') ? (parameter.number('q') ?? 1) : undefined;
  const ends = range.ends(min ?? 0, max ?? 1);
  const scale = range.log ? 'log' : undefined;
  if (distribution === 'int_uniform') return { type: 'int', min: ends[0], max: ends[1] };
  if (quantum === undefined) return present({ type: 'float', min: ends[0], max: ends[1], scale });
  // round(X / q) * q
  const [low, high] = ends.map((end) => tidy(Math.round(end / quantum) * quantum)) as [number, number];
  const isWhole = Number.isInteger(quantum);
  if (!range.log)
    return present({ type: isWhole ? 'int' : 'float', min: low, max: high, step: quantum === 1 ? undefined : quantum });
  if (quantum !== 1) {
    notes.push({
      path: parameter.at('q'),
      text: `values are not rounded to multiples of ${quantum}: let the program do it`,
    });
  }
  return { type: isWhole ? 'int' : 'float', min: Math.max(low, isWhole ? 1 : ends[0]), max: high, scale: 'log' };
}

function usualDistribution(parameter: Original, min: number | undefined, max: number | undefined): string {
  if (parameter.has('value')) return 'constant';
  if (parameter.has('values')) return 'categorical';
  return Number.isInteger(min) && Number.isInteger(max) ? 'int_uniform' : 'uniform';
}

/** Where a distribution goes from and to, and whether it is even on a logarithmic scale. */
function rangeOf(
  distribution: string,
): { readonly log: boolean; readonly ends: (min: number, max: number) => [number, number] } | undefined {
  switch (distribution) {
    case 'uniform':
    case 'int_uniform':
    case 'q_uniform':
      return { log: false, ends: (min, max) => [min, max] };
    case 'log_uniform_values':
    case 'q_log_uniform_values':
    // The logarithm of 1 / X is even between the same ends: it is the same distribution.
    case 'inv_log_uniform_values':
      return { log: true, ends: (min, max) => [min, max] };
    case 'log_uniform':
    case 'q_log_uniform':
      return { log: true, ends: (min, max) => [tidy(Math.exp(min)), tidy(Math.exp(max))] };
    case 'inv_log_uniform':
      return { log: true, ends: (min, max) => [tidy(Math.exp(-max)), tidy(Math.exp(-min))] };
    default:
      return undefined;
  }
}

/** Without digits that are only there because computers count in twos. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
