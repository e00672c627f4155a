import { readFileSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import {
  capabilityProblems,
  checkStudyOptions,
  checkTemplates,
  FettleError,
  inProcess,
  isPlugin,
  local,
  messageOf,
  type Objective,
  type Plugin,
  type PluginKind,
  type SearchSpace,
  silentLogger,
  type StudyOptions,
} from '@fettle/core';
import { z } from 'zod';
import { backendType } from './backend-type.ts';
import { importModule } from './import-module.ts';
import { makePlugin, type PluginReference } from './plugin-reference.ts';
import { describeProblems, type Problem, schemaProblems } from './problems.ts';
import { type StudyFileShape, studyFileSchema } from './schema.ts';
import { readSource, type Source } from './source.ts';
import { makeSpace } from './space.ts';

/** What the command line says instead of the study file. */
export interface Overrides {
  readonly workers?: number | undefined;
  /** Total number of trials. */
  readonly trials?: number | undefined;
  /** Milliseconds. */
  readonly wallClock?: number | undefined;
}

/**
 * Reads a study file and makes everything it names.
 * @param file absolute path; YAML or JSON, or a module whose default export is the study's options
 * @returns options for `createStudy`, without a directory
 * @throws FettleError `study-file-invalid` with everything that is wrong, each with its line
 */
export async function loadStudy(file: string, overrides: Overrides = {}): Promise<StudyOptions> {
  const options = isModule(file) ? await readModule(file, overrides) : await readDocument(file, overrides);
  const { trials, wallClock } = overrides;
  if (trials === undefined && wallClock === undefined) return options;
  const budget = {
    ...options.budget,
    ...(trials === undefined ? {} : { trials }),
    ...(wallClock === undefined ? {} : { wallClock }),
  };
  return { ...options, budget };
}

/**
 * The backend that a study file names, for questions to it alone: of a document nothing else is made, so that neither a large
 * searcher nor a mistake elsewhere stands in the way.
 * @param file absolute path
 * @returns undefined where the file names none
 * @throws FettleError `study-file-invalid`
 */
export async function loadBackend(file: string): Promise<Plugin<'backend'> | undefined> {
  if (isModule(file)) return (await readModule(file, {})).backend;
  const source = readSource(readFileSync(file, 'utf8'));
  const problems: Problem[] = [...source.problems];
  const part = z.looseObject({ backend: studyFileSchema.shape.backend });
  const checked = part.safeParse(source.value ?? {});
  if (!checked.success) problems.push(...schemaProblems(checked.error, part, source.value));
  const made = await plugin(checked.data?.backend, 'backend', ['backend'], dirname(file), problems);
  if (problems.length > 0) throw invalid(file, source, problems);
  return isPlugin(made, 'backend') ? made : undefined;
}

/** Whether a study file is a module, and not a document in YAML or JSON. */
function isModule(file: string): boolean {
  return ['.ts', '.mts', '.js', '.mjs'].includes(extname(file));
}

async function readModule(file: string, { workers }: Overrides): Promise<StudyOptions> {
  const given = await importModule(file);
  const name = basename(file);
  if (typeof given !== 'object' || given === null) {
    throw new FettleError('study-file-invalid', `${name} has no default export with the options of a study.`, {
      remedy:
        'Write `export default defineStudy({ name, space, objective, searcher, … })`, with `defineStudy` of @fettle/core.',
    });
  }
  checkStudyOptions(given, name);
  const options = given as StudyOptions;
  const here = { workingDirectory: dirname(file), ...options };
  if (workers === undefined) return here;
  const type = backendType(options);
  const backend = type === 'local' ? local : type === 'in-process' ? inProcess : undefined;
  if (backend === undefined) {
    throw new FettleError('usage', `--workers sets an option of the built-in backends; ${name} uses '${type}'.`, {
      remedy: `Change the backend in ${name}.`,
    });
  }
  return { ...here, backend: backend({ ...(options.backend?.record.options as object | undefined), workers }) };
}

async function readDocument(file: string, overrides: Overrides): Promise<StudyOptions> {
  const source = readSource(readFileSync(file, 'utf8'));
  const problems: Problem[] = [...source.problems];
  const folder = dirname(file);
  const options = source.value === undefined ? undefined : await fromSource(source, folder, overrides, problems);
  if (options !== undefined && problems.length === 0) return options;
  throw invalid(file, source, problems);
}

function invalid(file: string, source: Source, problems: readonly Problem[]): FettleError {
  const name = basename(file);
  const count = problems.length === 1 ? 'a problem' : 'problems';
  return new FettleError('study-file-invalid', `${name} has ${count}:\n${describeProblems(name, source, problems)}`);
}

async function fromSource(
  source: Source,
  folder: string,
  overrides: Overrides,
  problems: Problem[],
): Promise<StudyOptions | undefined> {
  const written = literally(source);
  const checked = studyFileSchema.safeParse(written);
  if (!checked.success)
    problems.push(...schemaProblems(checked.error, studyFileSchema, written).map(withCommandRemedy));
  // What has the right shape is looked into even if something else has not: all problems are said at once.
  const shape: Partial<StudyFileShape> = checked.success ? checked.data : wellShaped(written);
  const { objective, command } = shape;
  const space = shape.space === undefined ? undefined : makeSpace(shape.space, shape.forbidden, problems);
  const searcher = await plugin(shape.searcher, 'searcher', ['searcher'], folder, problems);
  const backend = await plugin(withWorkers(shape.backend, overrides.workers), 'backend', ['backend'], folder, problems);
  const metrics = await metricSources(shape.metrics, objective, folder, problems);
  if (command !== undefined && space !== undefined) checkCommand(command, space, problems);
  if (space !== undefined) checkFirst(shape.first, space, problems);
  problems.push(...lackingNeeds(shape, { searcher, backend, metrics }));
  if (!checked.success || space === undefined || searcher === undefined) return undefined;
  const { name, budget, seed, first, duplicates, retry, timeLimit, grace, checkpoints } = checked.data;
  const { resumable, environment, workingDirectory } = checked.data;
  return {
    name,
    space,
    objective: checked.data.objective,
    searcher: searcher as Plugin<'searcher'> | Plugin<'sampler'>,
    command: checked.data.command,
    workingDirectory: resolve(folder, workingDirectory ?? '.'),
    environment,
    backend: backend as Plugin<'backend'> | undefined,
    metrics,
    budget,
    seed,
    first,
    duplicates,
    retry: retryOf(retry),
    timeLimit,
    grace,
    checkpoints,
    resumable,
  };
}

/** Limits that are absent are left out, so that the defaults stay. */
function retryOf(retry: StudyFileShape['retry']): StudyOptions['retry'] {
  if (retry === undefined) return undefined;
  const limits = Object.fromEntries(Object.entries(retry.limits ?? {}).filter(([, limit]) => limit !== undefined));
  return { limits, backOff: retry.backOff, maxBackOff: retry.maxBackOff };
}

/** The values, with words of the command and of the environment exactly as they are written: `1e-3` stays `1e-3`. */
function literally(source: Source): unknown {
  const { value } = source;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const copy: Record<string, unknown> = { ...value };
  const { command, environment } = copy;
  if (Array.isArray(command)) {
    copy['command'] = command.map((item: unknown, index) =>
      item === null ? item : (source.literal(['command', index]) ?? item),
    );
  }
  if (typeof environment === 'object' && environment !== null && !Array.isArray(environment)) {
    copy['environment'] = Object.fromEntries(
      Object.entries(environment).map(([key, item]) => [
        key,
        item === null ? item : (source.literal(['environment', key]) ?? item),
      ]),
    );
  }
  return copy;
}

/** The parts of a file that pass on their own. */
function wellShaped(value: unknown): Partial<StudyFileShape> {
  if (typeof value !== 'object' || value === null) return {};
  const parts: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(studyFileSchema.shape)) {
    const part = schema.safeParse((value as Readonly<Record<string, unknown>>)[key]);
    if (part.success) parts[key] = part.data;
  }
  return parts;
}

/** The two ways in which commands are usually written wrongly. */
function withCommandRemedy(problem: Problem): Problem {
  if (problem.path[0] !== 'command') return problem;
  if (problem.path.length === 1) {
    return {
      ...problem,
      remedy: 'Write it as a list, one item for each argument: [python3, train.py, --rate, "{rate}"]',
    };
  }
  return { ...problem, remedy: 'In YAML, {name} is a map; put it in quotes: "{name}"' };
}

function withWorkers(backend: StudyFileShape['backend'], workers: number | undefined): StudyFileShape['backend'] {
  if (workers === undefined) return backend;
  return typeof backend === 'string' ? { type: backend, workers } : { type: 'local', ...backend, workers };
}

async function plugin(
  reference: PluginReference | undefined,
  kind: PluginKind,
  path: readonly (string | number)[],
  folder: string,
  problems: Problem[],
): Promise<Plugin<PluginKind> | undefined> {
  return reference === undefined ? undefined : await makePlugin(reference, kind, path, folder, problems);
}

/** Metric sources, each made once on trial: what depends on the objective is wrong now, not after the first trial. */
async function metricSources(
  given: StudyFileShape['metrics'],
  objective: Objective | undefined,
  folder: string,
  problems: Problem[],
): Promise<Plugin<'metric-source'>[] | undefined> {
  if (given === undefined) return undefined;
  const list = Array.isArray(given) ? given : [given];
  const sources: Plugin<'metric-source'>[] = [];
  for (const [index, reference] of list.entries()) {
    const path = Array.isArray(given) ? ['metrics', index] : ['metrics'];
    const made = await plugin(reference, 'metric-source', path, folder, problems);
    if (!isPlugin(made, 'metric-source')) continue;
    sources.push(made);
    try {
      if (objective !== undefined) made.create({ objective, logger: silentLogger() });
    } catch (thrown) {
      problems.push({
        path,
        message: messageOf(thrown),
        remedy: thrown instanceof FettleError ? thrown.remedy : undefined,
      });
    }
  }
  return sources;
}

/** What the plugins need and the study does not offer; nothing as long as it is not known which backend there will be. */
function lackingNeeds(
  shape: Partial<StudyFileShape>,
  made: { readonly [part in 'searcher' | 'backend']: Plugin<PluginKind> | undefined } & {
    readonly metrics: readonly Plugin<'metric-source'>[] | undefined;
  },
): readonly Problem[] {
  const { searcher, metrics } = made;
  const backend = shape.backend === undefined ? local() : made.backend;
  if (!isPlugin(backend, 'backend') || !(isPlugin(searcher, 'searcher') || isPlugin(searcher, 'sampler'))) return [];
  return capabilityProblems({ searcher, backend, metrics, resumable: shape.resumable ?? false });
}

function checkCommand(command: readonly string[], space: SearchSpace, problems: Problem[]): void {
  try {
    checkTemplates({ kind: 'command', command, workingDirectory: '.', environment: {} }, space.names);
  } catch (thrown) {
    if (!(thrown instanceof FettleError)) throw thrown;
    const texts = thrown.message.replace(/^The command is wrong: |\.$/g, '').split(/; (?='|the )/);
    for (const message of texts) {
      // A problem of one argument begins with it.
      const index = command.findIndex((word) => message.startsWith(`'${word}' `));
      problems.push({ path: index === -1 ? ['command'] : ['command', index], message, remedy: thrown.remedy });
    }
  }
}

function checkFirst(first: StudyFileShape['first'], space: SearchSpace, problems: Problem[]): void {
  for (const [index, configuration] of (first ?? []).entries()) {
    try {
      // Constants may be left out and digits be too many: the core puts both right.
      space.canonical(configuration);
    } catch {
      for (const message of space.issues(configuration)) problems.push({ path: ['first', index], message });
    }
  }
}
