import { describeBackend } from '@fettle/core/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { describeOnSlurm } from '../describe-on-slurm.ts';
import { SlurmCluster } from '../slurm-cluster.ts';
import { SlurmPlace } from '../slurm-place.ts';

describeOnSlurm('on a real cluster', () => {
  let cluster: SlurmCluster;
  beforeAll(async () => {
    cluster = await SlurmCluster.start();
  });
  afterAll(() => cluster.stop());

  describeBackend('slurm, a job runs many attempts', {
    outlivesDriver: true,
    open: () => new SlurmPlace(cluster),
  });
  describeBackend('slurm, a job for each attempt', {
    outlivesDriver: true,
    open: () => new SlurmPlace(cluster, { attemptsPerJob: 1 }),
  });
  describeBackend('slurm, a job for each attempt from its submission on', {
    outlivesDriver: true,
    open: () => new SlurmPlace(cluster, { bind: 'submit' }),
  });
  describeBackend('slurm, several attempts at once in a job', {
    outlivesDriver: true,
    open: () => new SlurmPlace(cluster, { slotsPerJob: 2 }),
  });
  describe('within an allocation', () => {
    let allocation = '';
    beforeAll(() => {
      cluster.run('scancel', '--me');
      cluster.run('salloc', '--no-shell', '--job-name=mine', '--nodes=2', '--ntasks=16', '--mem-per-cpu=100');
      allocation = cluster.run('squeue', '-h', '--name=mine', '-o', '%i').trim();
    });
    describeBackend('slurm, steps', {
      outlivesDriver: true,
      open: () => new SlurmPlace(cluster, { within: 'allocation' }, allocation),
    });
  });
});
