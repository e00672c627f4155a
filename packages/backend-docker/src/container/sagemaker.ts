import type { Configuration } from '@fettle/core';

/** Where a container made for SageMaker finds and leaves everything. */
export const ML_ROOT = '/opt/ml';

/** What is told to such a container beside the configuration. */
export interface SageMakerFacts {
  readonly configuration: Configuration;
  /** Values that are not tuned; the configuration's win. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  /** Name of the hyperparameter for the level to run to, and the level. */
  readonly resource: { readonly name: string; readonly until: number } | undefined;
  readonly channels: readonly string[];
}

/**
 * The files that the service writes for a training container before it starts it, by their path under `/opt/ml`
 * (Amazon SageMaker AI, "How Amazon SageMaker AI Provides Training Information"). Hyperparameters are texts there, whatever
 * they were.
 */
export function sageMakerFiles(facts: SageMakerFacts): Readonly<Record<string, string>> {
  const { configuration, hyperparameters, resource, channels } = facts;
  const values: Record<string, string> = { ...hyperparameters };
  for (const [name, value] of Object.entries(configuration)) values[name] = String(value);
  if (resource !== undefined) values[resource.name] = String(resource.until);
  const input = { TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated', RecordWrapperType: 'None' };
  return {
    'input/config/hyperparameters.json': json(values),
    // One machine, which calls itself by the name that the service gives the first one.
    'input/config/resourceconfig.json': json({
      current_host: 'algo-1',
      hosts: ['algo-1'],
      network_interface_name: 'eth0',
    }),
    'input/config/inputdataconfig.json': json(Object.fromEntries(channels.map((channel) => [channel, input]))),
  };
}

/** Folders that such a container expects to be there, under `/opt/ml`. */
export const ML_FOLDERS = ['input/data', 'model', 'output/data', 'checkpoints'] as const;

/** Where it says why it failed, under `/opt/ml`. */
export const ML_FAILURE = 'output/failure';

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
