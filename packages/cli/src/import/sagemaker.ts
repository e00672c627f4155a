import { type ImportedStudy, type ImportNote, type Plain, present, studyName } from './imported-study.ts';
import { Original, requireSound } from './original.ts';

/** From this ratio of its ends on, a range of `Auto` scaling is searched on a logarithmic scale. */
const LOGARITHMIC_FROM = 1000;

/** Parts of a training job that concern its service alone. */
const SERVICE_ONLY: { readonly [key: string]: string } = {
  RoleArn: 'is of the service: the trials run with your own rights',
  OutputDataConfig: 'is of the service: what a trial writes stays in its folder',
  ResourceConfig: 'is of the service: give the backend processors, memory and GPUs instead',
  EnableManagedSpotTraining: 'is of the service: a Slurm backend survives preemption, with `resumable: true`',
  CheckpointConfig: 'is of the service: checkpoints are kept in each trial’s own folder',
  VpcConfig: 'is of the service; the Docker backend has `network`',
  EnableNetworkIsolation: 'needs no word: the Docker backend gives no network unless asked',
  Environment: 'must be written by hand as `environment`: values may be secrets',
};

/**
 * The study that a request to create an Amazon SageMaker hyperparameter tuning job describes
 * (`CreateHyperParameterTuningJob`, as the AWS command line takes it).
 * @throws FettleError `usage` with everything that is wrong
 */
export function importSagemaker(json: unknown, file: string): ImportedStudy {
  const problems: string[] = [];
  const notes: ImportNote[] = [];
  const job = new Original(json, '', problems);
  const config = job.map('HyperParameterTuningJobConfig');
  const training = job.map('TrainingJobDefinition');
  job.drop('TrainingJobDefinitions', 'several algorithms in one job: import each as a study of its own', notes);
  job.drop('WarmStartConfig', 'earlier jobs cannot be read: list their best configurations under `first`', notes);
  job.drop('Tags', 'are of the service', notes);

  const objective = config.map('HyperParameterTuningJobObjective');
  const metric = objective.text('MetricName');
  const goal = objective.text('Type');
  if (metric === undefined) objective.problem('MetricName', 'is missing');
  if (goal !== 'Minimize' && goal !== 'Maximize') objective.problem('Type', 'must be Minimize or Maximize');

  const limits = config.map('ResourceLimits');
  const criteria = config.map('TuningJobCompletionCriteria');
  const improvement = criteria.map('BestObjectiveNotImproving').number('MaxNumberOfTrainingJobsNotImproving');
  criteria.drop('ConvergenceDetected', 'has no counterpart: `budget.noImprovement` comes nearest', notes);
  const seconds = limits.number('MaxRuntimeInSeconds');
  const workers = limits.number('MaxParallelTrainingJobs');

  const algorithm = training.map('AlgorithmSpecification');
  const definitions = algorithm.maps('MetricDefinitions').flatMap((definition): Plain[] => {
    const [name, regex] = [definition.text('Name'), definition.text('Regex')];
    if (name === undefined || regex === undefined) return [];
    if (!isExpression(regex)) definition.problem('Regex', 'is not an expression that JavaScript understands');
    return [{ name, regex }];
  });
  if (metric !== undefined && !definitions.some((each) => (each as { name: string }).name === metric)) {
    notes.push({
      path: algorithm.at('MetricDefinitions'),
      text: `does not define '${metric}', as with the service's own algorithms: add a regex for it under \`metrics\``,
    });
  }
  for (const [key, text] of Object.entries(SERVICE_ONLY)) training.drop(key, text, notes);
  algorithm.drop('TrainingInputMode', 'is of the service: channels are folders', notes);
  algorithm.drop('EnableSageMakerMetricsTimeSeries', 'is of the service', notes);
  algorithm.drop('AlgorithmName', 'is of the service: give the image', notes);

  const timeLimit = training.map('StoppingCondition').number('MaxRuntimeInSeconds');
  const image = algorithm.text('TrainingImage');
  if (image === undefined) notes.push({ path: algorithm.at('TrainingImage'), text: 'is missing: fill in the image' });
  const statics = training.map('StaticHyperParameters');
  const hyperparameters = Object.fromEntries(statics.keys.map((key) => [key, String(statics.raw(key))]));
  const channels = Object.fromEntries(
    training.maps('InputDataConfig').flatMap((channel): [string, string][] => {
      const name = channel.text('ChannelName');
      if (name === undefined) return [];
      const source = JSON.stringify(channel.raw('DataSource') ?? '');
      for (const key of channel.keys) channel.raw(key);
      notes.push({
        path: channel.at('DataSource'),
        text: `copy the data of channel '${name}' (${source}) to ./data/${name}`,
      });
      return [[name, `./data/${name}`]];
    }),
  );
  const searcher = searcherOf(config, notes);
  const space = spaceOf(config.map('ParameterRanges'), notes);
  if (Object.keys(space).length === 0) config.problem('ParameterRanges', 'holds no range');
  const study = present({
    name: studyName(job.text('HyperParameterTuningJobName') ?? 'sagemaker'),
    // The contract starts `train` itself; the word is there for people.
    command: ['train'],
    space,
    objective: { metric: metric ?? '', goal: goal === 'Minimize' ? 'minimize' : 'maximize' },
    searcher,
    backend: present({
      type: 'docker',
      image: image ?? 'FILL-IN-THE-IMAGE',
      contract: 'sagemaker',
      workers,
      sagemaker: present({
        hyperparameters: Object.keys(hyperparameters).length === 0 ? undefined : hyperparameters,
        channels: Object.keys(channels).length === 0 ? undefined : channels,
      }),
    }),
    metrics: definitions.length === 0 ? undefined : [{ type: 'regex', metrics: definitions }],
    budget: present({
      trials: limits.number('MaxNumberOfTrainingJobs'),
      wallClock: seconds === undefined ? undefined : `${seconds}s`,
      target: criteria.number('TargetObjectiveMetricValue'),
      noImprovement: improvement === undefined ? undefined : { trials: improvement },
    }),
    timeLimit: timeLimit === undefined ? undefined : `${timeLimit}s`,
    seed: config.number('RandomSeed'),
  });
  requireSound(problems, file);
  return { study, notes: [...notes, ...job.unread()] };
}

function searcherOf(config: Original, notes: ImportNote[]): Plain {
  const strategy = config.text('Strategy');
  const band = config.map('StrategyConfig').map('HyperbandStrategyConfig');
  const early = config.text('TrainingJobEarlyStoppingType');
  const samplers: { readonly [strategy: string]: string } = { Bayesian: 'bayes', Random: 'random', Grid: 'grid' };
  if (strategy === 'Hyperband') {
    const [minResource, maxResource] = [band.number('MinResource'), band.number('MaxResource')];
    if (maxResource === undefined) band.problem('MaxResource', 'is missing');
    notes.push({
      path: band.at('MaxResource'),
      text: 'counts the reports of the objective; name the hyperparameter that says how far to train as `backend.sagemaker.resource`',
    });
    return present({ type: 'hyperband', minResource, maxResource: maxResource ?? 0 });
  }
  const sampler = samplers[strategy ?? ''];
  if (sampler === undefined) {
    config.problem('Strategy', `must be Bayesian, Random, Grid or Hyperband, got ${JSON.stringify(strategy)}`);
    return { type: 'random' };
  }
  // The service stops a job whose objective is worse than the median of the running averages of the others.
  return early === 'Auto' ? { type: 'median-stopping', sampler: { type: sampler } } : { type: sampler };
}

function spaceOf(ranges: Original, notes: ImportNote[]): { readonly [name: string]: Plain } {
  const space: { [name: string]: Plain } = {};
  for (const [key, type] of [
    ['ContinuousParameterRanges', 'float'],
    ['IntegerParameterRanges', 'int'],
  ] as const) {
    for (const range of ranges.maps(key)) {
      const [name, min, max] = [range.text('Name'), range.number('MinValue'), range.number('MaxValue')];
      const scaling = range.text('ScalingType') ?? 'Auto';
      if (name === undefined || min === undefined || max === undefined) {
        for (const field of ['Name', 'MinValue', 'MaxValue']) if (!range.has(field)) range.problem(field, 'is missing');
        continue;
      }
      const scale = scaleOf(scaling, min, max);
      if (scale === undefined) range.problem('ScalingType', `is '${scaling}', which is not known`);
      if (scaling === 'Auto') {
        notes.push({ path: range.at('ScalingType'), text: `Auto was taken to be ${scale} for '${name}'` });
      }
      space[name] = present({ type, min, max, scale: scale === 'linear' ? undefined : scale });
    }
  }
  for (const range of ranges.maps('CategoricalParameterRanges')) {
    const name = range.text('Name');
    if (name === undefined) range.problem('Name', 'is missing');
    else space[name] = { type: 'categorical', values: range.list('Values').map(String) };
  }
  ranges.drop('AutoParameters', 'have no ranges: write a parameter for each of them', notes);
  return space;
}

function isExpression(source: string): boolean {
  try {
    return new RegExp(source).source !== '';
  } catch {
    return false;
  }
}

function scaleOf(scaling: string, min: number, max: number): string | undefined {
  switch (scaling) {
    case 'Auto':
      return min > 0 && max / min >= LOGARITHMIC_FROM ? 'log' : 'linear';
    case 'Linear':
      return 'linear';
    case 'Logarithmic':
      return 'log';
    case 'ReverseLogarithmic':
      return 'reverse-log';
    default:
      return undefined;
  }
}
