import { type ImportedStudy, type ImportNote, type Plain, present, studyName } from './imported-study.ts';
import { Original, requireSound } from './original.ts';

/** Parts of an experiment that concern its platform alone. */
const PLATFORM_ONLY = [
  'bind_mounts',
  'checkpoint_policy',
  'checkpoint_storage',
  'data',
  'data_layer',
  'debug',
  'description',
  'integrations',
  'internal',
  'labels',
  'log_policies',
  'min_checkpoint_period',
  'min_validation_period',
  'optimizations',
  'pbs',
  'perform_initial_validation',
  'profiling',
  'project',
  'records_per_epoch',
  'scheduling_unit',
  'slurm',
  'tensorboard_storage',
  'workspace',
];

/** Values of each continuous parameter for a grid, by name. */
type Counts = { [name: string]: number };

/**
 * The study that a Determined AI experiment configuration describes.
 * @throws FettleError `usage` with everything that is wrong
 */
export function importDetermined(yaml: unknown, file: string): ImportedStudy {
  const problems: string[] = [];
  const notes: ImportNote[] = [];
  const experiment = new Original(yaml, '', problems);
  for (const key of PLATFORM_ONLY) experiment.drop(key, 'is of the platform and was left out', notes);

  const space: { [name: string]: Plain } = {};
  const counts: Counts = {};
  const hyperparameters = experiment.map('hyperparameters');
  readParameters(hyperparameters, '', space, counts);
  if (hyperparameters.keys.length === 0) experiment.problem('hyperparameters', 'holds none');

  const searcher = experiment.map('searcher');
  const metric = searcher.text('metric');
  if (metric === undefined) searcher.problem('metric', 'is missing');
  const smaller = searcher.boolean('smaller_is_better') ?? true;
  const [length, unit] = lengthOf(searcher);
  searcher.drop('source_trial_id', 'cannot be read: list its configuration under `first`', notes);
  searcher.drop('source_checkpoint_uuid', 'cannot be read: let the program load it', notes);
  const workers = searcher.number('max_concurrent_trials');
  const maxTrials = searcher.number('max_trials');
  const [plugin, trials] = searcherOf(searcher, length, maxTrials, counts);
  if (plugin === undefined) {
    searcher.problem(
      'name',
      `must be single, random, grid or adaptive_asha, got ${JSON.stringify(searcher.raw('name'))}`,
    );
  }
  const restarts = experiment.number('max_restarts');
  const resources = experiment.map('resources');
  const gpus = resources.number('slots_per_trial');
  for (const key of resources.keys) resources.drop(key, 'is of the platform: see the options of the backend', notes);
  const seed = experiment.map('reproducibility').number('experiment_seed');
  const environment = experiment.map('environment');
  for (const key of environment.keys) {
    environment.drop(key, 'must be written by hand: `environment`, or the image of a Docker backend', notes);
  }
  notes.push({
    path: experiment.at('entrypoint'),
    text: 'the program must read its configuration from the command, $FETTLE_CONFIG or its environment, append its metrics to $FETTLE_METRICS, and stop at $FETTLE_RESOURCE',
  });
  if (unit !== undefined)
    notes.push({ path: searcher.at('max_length'), text: `counts ${unit}: report it as '${unit}'` });
  const study = present({
    name: studyName(experiment.text('name') ?? 'determined'),
    command: commandOf(experiment),
    space,
    objective: present({ metric: metric ?? '', goal: smaller ? 'minimize' : 'maximize', resource: unit }),
    searcher: plugin ?? { type: 'random' },
    backend: present({
      type: 'local',
      workers,
      gpus: gpus === undefined || gpus === 0 ? undefined : 'auto',
      gpusPerTrial: gpus === undefined || gpus <= 1 ? undefined : gpus,
    }),
    budget: trials === undefined ? undefined : { trials },
    retry: restarts === undefined ? undefined : { limits: { code: restarts, unknown: restarts, node: restarts } },
    resumable: true,
    seed,
  });
  requireSound(problems, file);
  return { study, notes: [...notes, ...experiment.unread()] };
}

function commandOf(experiment: Original): Plain {
  const entrypoint = experiment.raw('entrypoint');
  if (Array.isArray(entrypoint)) return entrypoint.map(String);
  // A text is a shell command there; it is asked for by name here, because it is the person's own.
  return typeof entrypoint === 'string'
    ? ['sh', '-c', entrypoint.replaceAll('{', '{{').replaceAll('}', '}}')]
    : ['FILL-IN-THE-PROGRAM'];
}

/** How long a whole training is, and in what. */
function lengthOf(searcher: Original): [length: number | undefined, unit: string | undefined] {
  const units: { readonly [key: string]: string } = { batches: 'batch', epochs: 'epoch', records: 'record' };
  if (searcher.has('max_time')) return [searcher.number('max_time'), searcher.text('time_metric')];
  const raw = searcher.raw('max_length');
  if (typeof raw !== 'object' || raw === null) return [searcher.number('max_length'), undefined];
  const inner = searcher.map('max_length');
  const [key] = inner.keys;
  return key === undefined ? [undefined, undefined] : [inner.number(key), units[key] ?? key];
}

function searcherOf(
  searcher: Original,
  length: number | undefined,
  maxTrials: number | undefined,
  counts: Counts,
): [plugin: Plain | undefined, trials: number | undefined] {
  const maxResource = (): number => {
    if (length === undefined) searcher.problem('max_length', 'is missing: how long is a whole training?');
    return length ?? 1;
  };
  switch (searcher.text('name')) {
    case 'single':
      return [{ type: 'random' }, 1];
    case 'random':
      return [{ type: 'random' }, maxTrials];
    case 'grid':
      return [present({ type: 'grid', resolution: Object.keys(counts).length === 0 ? undefined : counts }), undefined];
    case 'adaptive_asha':
    case 'adaptive':
    case 'adaptive_simple': {
      if (maxTrials === undefined) searcher.problem('max_trials', 'is missing');
      const plugin = present({
        type: 'adaptive',
        maxTrials: maxTrials ?? 1,
        maxResource: maxResource(),
        mode: searcher.text('mode'),
        reductionFactor: searcher.number('divisor'),
        maxRungs: searcher.number('max_rungs'),
        variant: searcher.boolean('stop_once') === true ? 'stopping' : undefined,
      });
      return [plugin, undefined];
    }
    case 'async_halving': {
      const eta = searcher.number('divisor') ?? 4;
      const rungs = searcher.number('num_rungs') ?? 5;
      const top = maxResource();
      const plugin = present({
        type: 'asha',
        minResource: Math.max(1, Math.floor(top / eta ** (rungs - 1))),
        maxResource: top,
        reductionFactor: eta,
        variant: searcher.boolean('stop_once') === true ? 'stopping' : undefined,
      });
      return [plugin, maxTrials];
    }
    default:
      return [undefined, undefined];
  }
}

function readParameters(from: Original, prefix: string, space: { [name: string]: Plain }, counts: Counts): void {
  for (const key of from.keys) {
    const name = prefix + key;
    const value = from.raw(key);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      if (Array.isArray(value)) from.problem(key, 'is a list, which no parameter can be');
      else if (value !== undefined) space[name] = { type: 'constant', value: value as string | number | boolean };
      continue;
    }
    const parameter = from.map(key);
    if (typeof (value as { type?: unknown }).type !== 'string') readParameters(parameter, `${name}.`, space, counts);
    else readParameter(parameter, name, space, counts);
  }
}

function readParameter(parameter: Original, name: string, space: { [name: string]: Plain }, counts: Counts): void {
  const type = parameter.text('type');
  const count = parameter.number('count');
  const [low, high] = [parameter.number('minval'), parameter.number('maxval')];
  const range = (): [number, number] => {
    if (low === undefined) parameter.problem('minval', 'is missing');
    if (high === undefined) parameter.problem('maxval', 'is missing');
    return [low ?? 0, high ?? 1];
  };
  switch (type) {
    case 'const':
      space[name] = { type: 'constant', value: (parameter.raw('val') ?? '') as string | number | boolean };
      return;
    case 'int': {
      const [min, max] = range();
      space[name] = { type: 'int', min, max };
      break;
    }
    case 'double': {
      const [min, max] = range();
      space[name] = { type: 'float', min, max };
      break;
    }
    case 'log': {
      // The ends are exponents there.
      const [min, max] = range();
      const base = parameter.number('base') ?? 10;
      const power = (exponent: number): number => Number((base ** exponent).toPrecision(12));
      space[name] = { type: 'float', min: power(min), max: power(max), scale: 'log' };
      break;
    }
    case 'categorical':
      space[name] = { type: 'categorical', values: parameter.list('vals') as Plain[] };
      return;
    default:
      parameter.problem('type', `must be const, int, double, log or categorical, got ${JSON.stringify(type)}`);
      return;
  }
  if (count !== undefined) counts[name] = count;
}
