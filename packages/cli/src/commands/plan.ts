import { existsSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import {
  type Budget,
  FettleError,
  findProgram,
  type JsonObject,
  parseMemorySize,
  planStudy,
  requireSameStudy,
  type SearcherPlan,
  type StudyOptions,
  type StudySummary,
} from '@fettle/core';
import { readSqliteStore } from '@fettle/core/store';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { locateStudyFile, placeOf, type StudyPlace } from '../study/locate.ts';
import { formatDuration } from '../text/duration.ts';
import { backendType } from '../study-file/backend-type.ts';
import { loadStudy } from '../study-file/load.ts';
import { totalTrials } from '../text/counts.ts';
import { toJson } from '../text/json.ts';
import { formatNumber } from '../text/number.ts';
import { expectation } from '../text/searcher-plan.ts';
import { pairs } from '../text/table.ts';

/** What a plan found. */
interface Plan {
  readonly name: string;
  readonly folder: string;
  /** Trials that the study has already; undefined if it has not begun. */
  readonly existing: { readonly trials: number; readonly status: string } | undefined;
  readonly space: JsonObject;
  /** Number of different configurations; infinite with a continuous parameter. */
  readonly cardinality: number;
  readonly searcher: unknown;
  readonly backend: unknown;
  readonly metrics: readonly string[];
  readonly budget: Budget;
  readonly command: readonly string[] | undefined;
  /** Most trials that will run in all, as far as the budget and the space limit them. */
  readonly mostTrials: number;
  /** What the searcher expects to do, if it says so: its brackets and rungs, trials, resource, checkpoints. */
  readonly searcherPlan: SearcherPlan | undefined;
  /** Space for the checkpoints that may be kept at the same time, in bytes; undefined without `--checkpoint-size`. */
  readonly checkpointBytes: number | undefined;
  /** Longest time at work in milliseconds, as far as limits say; the program's own speed is not known. */
  readonly longest: number;
  /** Why nothing would run here. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

interface Options {
  /** A size with a unit. */
  readonly checkpointSize?: string;
  readonly json?: boolean;
}

/**
 * `fettle plan`: checks everything that can be checked without starting a trial, and says what the searcher expects to do.
 * With `--json`: the plan.
 */
export async function execute([study]: readonly [string | undefined], options: Options, io: Io): Promise<ExitCode> {
  const checkpointSize = sizeOf(options.checkpointSize);
  const file = locateStudyFile(study, io.cwd);
  const loaded = await loadStudy(file);
  const searcherPlan = await planStudy(loaded, workersOf(loaded));
  const place = placeOf(file, loaded.name);
  const recorded = recordedSummary(place);
  if (recorded !== undefined) requireSameStudy(recorded.definition, loaded);
  const plan = makePlan(loaded, place, recorded, searcherPlan, checkpointSize, io);
  if (options.json === true) io.out(toJson(plan, 2));
  else io.out(text(plan, loaded, file, io));
  return plan.problems.length === 0 ? EXIT.ok : EXIT.badInput;
}

/** Bytes of `--checkpoint-size`. @throws FettleError `usage` */
function sizeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bytes = parseMemorySize(text);
  if (bytes !== undefined) return bytes;
  throw new FettleError('usage', `--checkpoint-size takes a size with a unit, such as 500MiB or 2GB, not '${text}'.`);
}

function makePlan(
  loaded: StudyOptions,
  place: StudyPlace,
  recorded: StudySummary | undefined,
  searcherPlan: SearcherPlan | undefined,
  checkpointSize: number | undefined,
  io: Io,
): Plan {
  const { name, space, searcher, backend, metrics, budget = {}, command, timeLimit } = loaded;
  const cardinality = space.cardinality();
  const mostTrials = Math.min(
    budget.trials ?? Number.POSITIVE_INFINITY,
    loaded.duplicates === 'allow' ? Number.POSITIVE_INFINITY : cardinality,
  );
  const workers = workersOf(loaded);
  const byTrials = timeLimit === undefined ? Number.POSITIVE_INFINITY : Math.ceil(mostTrials / workers) * timeLimit;
  return {
    name,
    folder: place.folder,
    existing: recorded && { trials: totalTrials(recorded.counts), status: recorded.status },
    space: space.toJSON(),
    cardinality,
    searcher: searcher.record,
    backend: backend?.record ?? { type: backendType(loaded) },
    metrics: metrics?.map((source) => source.record.type) ?? ['jsonl', 'json-lines'],
    budget,
    command,
    mostTrials,
    searcherPlan,
    checkpointBytes:
      checkpointSize === undefined || searcherPlan === undefined
        ? undefined
        : checkpointSize * searcherPlan.checkpoints,
    longest: Math.min(budget.wallClock ?? Number.POSITIVE_INFINITY, byTrials),
    problems: problemsOf(loaded, io),
    warnings: warningsOf(loaded, mostTrials),
  };
}

/** How the study stands, if it has begun. */
function recordedSummary({ database }: StudyPlace): StudySummary | undefined {
  if (!existsSync(database)) return undefined;
  const reader = readSqliteStore(database);
  try {
    return reader.summary();
  } finally {
    reader.close();
  }
}

function workersOf({ backend }: StudyOptions): number {
  const options = backend?.record.options;
  const workers = typeof options === 'object' && options !== null && 'workers' in options ? options.workers : undefined;
  return typeof workers === 'number' ? workers : 1;
}

/** What `fettle run` would refuse to begin with on this machine. */
function problemsOf(loaded: StudyOptions, io: Io): string[] {
  const { command, workingDirectory = '.', environment } = loaded;
  if (command === undefined || backendType(loaded) !== 'local') return [];
  if (!existsSync(workingDirectory) || !statSync(workingDirectory).isDirectory()) {
    return [`The working directory ${workingDirectory} does not exist: correct \`workingDirectory\`.`];
  }
  const [program = ''] = command;
  if (program.includes('{')) return [];
  const found = findProgram(program, environment?.['PATH'] ?? io.env['PATH'], workingDirectory);
  return 'problem' in found
    ? [`${found.problem}\n  Correct \`command\`, or start fettle where the program is found.`]
    : [];
}

/** What a script is called. */
const SCRIPT = /^[^-{}][^{}]*\.(?:py|sh|js|mjs|ts|R|jl|pl|rb)$/;

function warningsOf(loaded: StudyOptions, mostTrials: number): string[] {
  const { command, workingDirectory = '.', space, budget = {} } = loaded;
  const warnings: string[] = [];
  if (command !== undefined && backendType(loaded) === 'local') {
    const missing = command
      .slice(1)
      .filter((word) => SCRIPT.test(word) && !existsSync(resolve(workingDirectory, word)));
    for (const script of missing) {
      warnings.push(`there is no ${script} in ${workingDirectory}, where the program runs; the command names it`);
    }
  }
  if (command !== undefined) {
    const used = command.join(' ');
    const absent = space.names.filter((name) => !used.includes(`{${name}}`));
    if (absent.length > 0) {
      warnings.push(
        `not in the command: ${absent.join(', ')}; the program must read them from $FETTLE_CONFIG or its environment`,
      );
    }
  }
  if (!Number.isFinite(mostTrials) && Object.keys(budget).length === 0) {
    warnings.push('there is no budget and the space is infinite: the study runs until it is stopped');
  }
  return warnings;
}

function text(plan: Plan, loaded: StudyOptions, file: string, io: Io): string {
  const { paint } = io;
  const { existing: before } = plan;
  const { metric, goal } = loaded.objective;
  const budget = budgetText(plan.budget);
  const count = (value: number): string => (Number.isFinite(value) ? formatNumber(value) : 'no limit');
  const rows: [string, string][] = [
    ['study', `${plan.name}, in ${relative(io.cwd, plan.folder)}`],
    ['state', before === undefined ? 'has not begun' : `goes on after ${before.trials} trials (${before.status})`],
    ['objective', `${goal} ${metric}`],
    [
      'space',
      `${loaded.space.names.length} ${loaded.space.names.length === 1 ? 'parameter' : 'parameters'}, ${Number.isFinite(plan.cardinality) ? `${formatNumber(plan.cardinality)} configurations` : 'infinitely many configurations'}`,
    ],
    ['searcher', describe(plan.searcher)],
    ['backend', describe(plan.backend)],
    ['metrics', plan.metrics.join(', ')],
    ['budget', budget === '' ? 'none' : budget],
    ['trials', `at most ${count(plan.mostTrials)}`],
    [
      'time',
      Number.isFinite(plan.longest)
        ? `at most ${formatDuration(plan.longest)} at work`
        : 'unknown: neither a wall-clock budget nor a time limit for trials',
    ],
  ];
  if (plan.command !== undefined)
    rows.push([
      'command',
      plan.command.map((word) => (word.includes(' ') || word === '' ? JSON.stringify(word) : word)).join(' '),
    ]);
  const expected =
    plan.searcherPlan === undefined
      ? []
      : expectation(plan.searcherPlan, plan.checkpointBytes, loaded.objective, io.paint);
  const problems = plan.problems.map((problem) => `${paint('red', '✗')} ${problem}`);
  const ok =
    problems.length === 0
      ? `${paint('green', '✓')} ${relative(io.cwd, file)} is in order.`
      : `${paint('red', '✗')} Nothing would run here; the file is in order otherwise.`;
  const warnings = plan.warnings.map((warning) => `${paint('yellow', '!')} ${warning}`);
  return [pairs(rows, paint), '', ...expected, ...warnings, ...problems, ok].join('\n');
}

/** A plugin's record in one line. */
function describe(record: unknown): string {
  const { type, options } = record as { type: string; options?: unknown };
  if (typeof options !== 'object' || options === null) return type;
  const parts = Object.entries(options).map(([name, value]) =>
    typeof value === 'object' && value !== null && 'type' in value
      ? `${name} ${describe(value)}`
      : `${name} ${JSON.stringify(value)}`,
  );
  return parts.length === 0 ? type : `${type} (${parts.join(', ')})`;
}

function budgetText(budget: Budget): string {
  const { trials, wallClock, resource, target, noImprovement, failures, any = [], all = [] } = budget;
  const parts = [
    trials === undefined ? '' : `${trials} trials`,
    wallClock === undefined ? '' : `${formatDuration(wallClock)} at work`,
    resource === undefined ? '' : `${formatNumber(resource)} resource`,
    target === undefined ? '' : `until the target ${formatNumber(target)}`,
    noImprovement === undefined ? '' : `until ${noImprovement.trials} trials bring nothing better`,
    failures === undefined ? '' : `until ${failures} trials failed`,
    any.length === 0 ? '' : `any of (${any.map(budgetText).join('; ')})`,
    all.length === 0 ? '' : `all of (${all.map(budgetText).join('; ')})`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
