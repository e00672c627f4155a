import type { ParameterValue } from '../domain/configuration.ts';
import { parseAttemptId } from '../domain/trial.ts';
import { bug, FettleError } from '../errors.ts';
import type { LaunchRequest } from '../ports/backend.ts';
import type { CommandProgram } from '../ports/program.ts';
import { type ArgumentTemplate, expandArguments, namesIn, parseArgument } from './command-template.ts';

/** Names that a command template may use beside the parameters'. */
const BUILT_IN_NAMES = ['resource', 'seed', 'trial', 'checkpoint'] as const;

/** Variables of the trial's contract, without their prefix: no parameter may be given under one of these. */
export const CONTRACT_VARIABLES = [
  'CONFIG',
  'METRICS',
  'RESOURCE',
  'CHECKPOINT_DIR',
  'RESUME_FROM',
  'STOP_FILE',
  'STUDY',
  'TRIAL',
  'ATTEMPT',
  'DEADLINE',
  'SEED',
] as const;

/** How the name of every variable of the contract begins. */
export const VARIABLE_PREFIX = 'FETTLE_';

/** Absolute paths as the *program* sees them: inside a container or on another machine they differ from the driver's. */
export interface TrialPaths {
  /** Where the configuration is written before the program starts. */
  readonly config: string;
  readonly metrics: string;
  readonly stopFile: string;
  readonly checkpointDirectory: string;
}

/** One attempt as a program to start. */
export interface TrialInvocation {
  /** The program and its arguments; nothing in them is to be interpreted by a shell. */
  readonly argv: readonly [string, ...string[]];
  /** The variables of the contract, to be put over all others. */
  readonly environment: { readonly [name: string]: string };
  /** What belongs into the file at `paths.config`. */
  readonly configFile: string;
}

/**
 * The variable that carries a parameter: its name in upper snake case behind `FETTLE_` (`learningRate` is
 * `FETTLE_LEARNING_RATE`, `optimizer.lr` is `FETTLE_OPTIMIZER_LR`). A name with letters outside ASCII has none, because
 * shells drop such variables: read it from `$FETTLE_CONFIG`.
 */
export function variableName(parameter: string): string | undefined {
  if (!/^[\x20-\x7e]+$/.test(parameter)) return undefined;
  const snake = parameter
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_');
  return VARIABLE_PREFIX + snake.toUpperCase();
}

/**
 * Checks, when a study is loaded, that every attempt's command can be made: the templates are well formed and use only
 * names there are, and no two things share a name.
 * @throws FettleError `template-invalid` with everything that is wrong
 */
export function checkTemplates(program: CommandProgram, parameterNames: readonly string[]): void {
  const problems: string[] = [];
  if (program.command[0] === undefined || program.command[0] === '') problems.push('the command names no program');
  const known = new Set<string>([...parameterNames, ...BUILT_IN_NAMES]);
  let unknown = false;
  for (const source of program.command) {
    const argument = parseArgument(source);
    if ('problem' in argument) {
      problems.push(`'${source}' ${argument.problem}`);
      continue;
    }
    if (source.includes('\0')) problems.push(`'${source.replaceAll('\0', '\\0')}' holds a NUL, which no argument can`);
    for (const name of namesIn(argument)) {
      if (known.has(name)) continue;
      unknown = true;
      problems.push(`'${source}' uses {${name}}, which is not a parameter`);
    }
  }
  problems.push(...nameProblems(parameterNames));
  if (problems.length === 0) return;
  throw new FettleError('template-invalid', `The command is wrong: ${problems.join('; ')}.`, {
    remedy: unknown
      ? `Names there are: ${[...known].map((name) => `{${name}}`).join(', ')}. Write '{{' and '}}' for braces.`
      : 'Correct the command or rename the parameters.',
  });
}

/** Parameters that would hide a part of the contract, or each other. */
function nameProblems(parameterNames: readonly string[]): string[] {
  const problems: string[] = [];
  const taken = new Map<string, string>(
    CONTRACT_VARIABLES.map((name) => [VARIABLE_PREFIX + name, 'the trial contract']),
  );
  for (const parameter of parameterNames) {
    if (BUILT_IN_NAMES.some((name) => name === parameter)) {
      problems.push(`the parameter '${parameter}' has the name of the built-in {${parameter}}`);
      continue;
    }
    const variable = variableName(parameter);
    if (variable === undefined) continue;
    const owner = taken.get(variable);
    if (owner !== undefined)
      problems.push(`the parameter '${parameter}' would be $${variable}, as ${owner} is already`);
    taken.set(variable, `the parameter '${parameter}'`);
  }
  return problems;
}

/**
 * What to start for an attempt: a pure function, the same for every backend that runs commands.
 * @param study identity of the study, for `$FETTLE_STUDY`
 * @throws FettleError `template-invalid` when an inactive parameter leaves no program to start, or a value cannot be passed
 */
export function trialInvocation(
  program: CommandProgram,
  request: LaunchRequest,
  study: string,
  paths: TrialPaths,
): TrialInvocation {
  const { configuration, until, seed, trial } = request;
  const values = new Map<string, string>([
    ['seed', String(seed)],
    ['trial', String(trial)],
    ['checkpoint', paths.checkpointDirectory],
  ]);
  if (until !== undefined) values.set('resource', String(until));
  for (const [name, value] of Object.entries(configuration)) values.set(name, textOf(name, value));

  const templates = program.command.map(checkedArgument);
  const [first] = templates;
  const [name, ...rest] = expandArguments(templates, (wanted) => values.get(wanted));
  if (name === undefined || first === undefined || namesIn(first).some((used) => !values.has(used))) {
    throw new FettleError(
      'template-invalid',
      `The command's program '${first?.source ?? ''}' uses a parameter that is not active.`,
      {
        remedy: 'Let the name of the program depend only on parameters that are always active.',
      },
    );
  }
  return {
    argv: [name, ...rest],
    environment: environmentOf(request, study, paths),
    configFile: `${JSON.stringify(configuration, undefined, 2)}\n`,
  };
}

function environmentOf(request: LaunchRequest, study: string, paths: TrialPaths): { [name: string]: string } {
  const { configuration, until, deadline, attempt } = request;
  const environment: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(configuration)) {
    const variable = variableName(name);
    if (variable !== undefined) environment[variable] = textOf(name, value);
  }
  const own: { readonly [name in (typeof CONTRACT_VARIABLES)[number]]: string | undefined } = {
    CONFIG: paths.config,
    METRICS: paths.metrics,
    RESOURCE: until === undefined ? undefined : String(until),
    CHECKPOINT_DIR: paths.checkpointDirectory,
    RESUME_FROM: String(request.resumeFrom),
    STOP_FILE: paths.stopFile,
    STUDY: study,
    TRIAL: String(request.trial),
    ATTEMPT: String(parseAttemptId(attempt).attempt),
    // Seconds, because that is what `date +%s` and `time.time()` count.
    DEADLINE: deadline === undefined ? undefined : String(Math.floor(deadline / 1000)),
    SEED: String(request.seed),
  };
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined) environment[VARIABLE_PREFIX + name] = value;
  }
  return environment;
}

function textOf(name: string, value: ParameterValue): string {
  const text = String(value);
  if (!text.includes('\0')) return text;
  throw new FettleError('template-invalid', `The value of '${name}' holds a NUL, which no argument or variable can.`, {
    remedy: 'Choose other values, and let the program map them.',
  });
}

function checkedArgument(source: string): ArgumentTemplate {
  const argument = parseArgument(source);
  if ('problem' in argument) bug(`the argument '${source}' of a command was never checked`);
  return argument;
}
