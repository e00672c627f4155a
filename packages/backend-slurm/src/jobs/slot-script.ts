import { LAUNCHER_NAME } from '@fettle/core';
import { pollSecondsOf, type SlurmOptions } from '../slurm-options.ts';
import type { Directives, JobScript } from './job-script.ts';

/** Time between two signs of life of an agent, in milliseconds. */
export const HEARTBEAT = 30_000;

/** What differs from one batch of slot jobs to the next. */
export interface SlotBatch {
  /** Unique. */
  readonly name: string;
  readonly jobs: number;
  readonly directives: Directives;
  /** Folder of the batch. */
  readonly folder: string;
  /** Path of the agent. */
  readonly agent: string;
}

/** The script of a batch of slot jobs, as the options of the backend have it. */
export function slotScript({ name, jobs, directives, folder, agent }: SlotBatch, options: SlurmOptions): JobScript {
  const { minutes, leadSeconds, idleSeconds, attemptsPerJob, slotsPerJob, bind, setup } = options;
  const look = Math.round(pollSecondsOf(options) * 1000);
  return {
    name,
    jobs,
    lanes: slotsPerJob,
    minutes: minutes ?? 0,
    leadSeconds,
    directives,
    setup,
    agent: {
      file: agent,
      folder,
      attempts: bind === 'submit' ? 1 : (attemptsPerJob ?? 0),
      idle: Math.round(idleSeconds * 1000),
      poll: Math.min(1000, look),
      look,
      heartbeat: HEARTBEAT,
      grace: Math.round((leadSeconds * 1000) / 2),
      launcher: LAUNCHER_NAME,
    },
  };
}
