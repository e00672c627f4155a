import { API_VERSION, defineBackend, type FactoryOf } from '@fettle/core';
import type { GivenOptions } from './given-options.ts';
import { SlurmBackend } from './slurm-backend.ts';
import { slurmOptions } from './slurm-options.ts';
import { VERSION } from './version.ts';

/**
 * Runs attempts in Slurm jobs. A job runs an agent that asks for work when it starts, so a trial is chosen when its
 * resources are there, and one job can run many. Driver and agents speak through files in the study's folder, which the
 * compute nodes must see; nothing listens on a port.
 */
export const slurm: FactoryOf<'backend', GivenOptions> = defineBackend({
  name: 'slurm',
  version: VERSION,
  apiVersion: API_VERSION,
  options: slurmOptions,
  offers: ['gpu'],
  create: (options) => new SlurmBackend(options),
});
