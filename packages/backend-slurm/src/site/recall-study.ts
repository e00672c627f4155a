import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptId, AttemptNote, Recollection } from '@fettle/core';
import { type JobEnd, pendingRemedy } from '../commands/job-end.ts';
import { QUEUE_FORMAT_WITH_START, type QueuedJob, readQueue } from '../commands/queue-listing.ts';
import { JobRecords, type SoughtJob } from '../jobs/job-records.ts';
import type { SlurmCommand } from '../jobs/slurm.ts';
import type { AgentRecord, AttemptRecord } from '../slots/agent-record.ts';
import { type LedgerEntry, readLedger } from '../slots/ledger.ts';
import { SlotFiles } from '../slots/slot-files.ts';
import type { SlurmOptions } from '../slurm-options.ts';
import { usageText } from './usage-text.ts';

/** An attempt's place, from the ledger and from its agent's records. */
interface Place {
  readonly attempt: AttemptId;
  readonly job: SoughtJob;
  readonly records: readonly AgentRecord[];
  /** Why the slot does nothing any more, as far as the driver knows. */
  readonly closed: string | undefined;
}

/**
 * What is known of a study and of some of its attempts: from its files, from one look at the queue if something lives, and
 * from one at the accounting for what does not. Without attempts Slurm is not asked.
 * @param directory of the study
 * @param now milliseconds since the epoch
 */
export async function recallStudy(
  slurm: SlurmCommand,
  directory: string,
  attempts: readonly AttemptId[],
  { within }: Pick<SlurmOptions, 'within'>,
  now: number,
): Promise<Recollection> {
  const path = join(directory, 'slurm', 'ledger.jsonl');
  if (!existsSync(path)) return { study: [], attempts: [] };
  const ledger = readLedger(path);
  const places = attempts.map((attempt) => placeOf(attempt, ledger, directory));
  if (within === 'allocation') {
    // Its steps are no jobs: only their agents know of them.
    const known = places.filter((place) => place !== undefined);
    return {
      study: usageText(ledger),
      attempts: known.map((place) => ({ attempt: place.attempt, text: stepText(place) })),
    };
  }
  const queue = places.some((place) => place?.closed === undefined) ? await lookAt(slurm, ledger) : [];
  const over = places.filter((place) => place !== undefined).filter((place) => liveJob(place, queue) === undefined);
  const ends = await new JobRecords(slurm, () => now).ends(over.map(({ job }) => job));
  return {
    study: usageText(ledger),
    attempts: attempts.map((attempt, index): AttemptNote => {
      const place = places[index];
      if (place === undefined) return { attempt, ...waiting(queue) };
      const live = liveJob(place, queue);
      return { attempt, ...(live === undefined ? past(place, ends[over.indexOf(place)]) : present(place, live)) };
    }),
  };
}

function placeOf(attempt: AttemptId, ledger: readonly LedgerEntry[], directory: string): Place | undefined {
  const assigned = ledger.findLast((entry) => entry.kind === 'assigned' && entry.attempt === attempt);
  if (assigned?.kind !== 'assigned') return undefined;
  const { slot } = assigned;
  const [batch = '', index = '0'] = slot.split('/');
  const submission = ledger.find((entry) => entry.kind === 'submitting' && entry.batch === batch);
  const { at = 0, lanes = 1 } = submission?.kind === 'submitting' ? submission : {};
  const closed = ledger.find((entry) => entry.kind === 'closed' && entry.slot === slot);
  const refused = ledger.find((entry) => entry.kind === 'refused' && entry.batch === batch);
  const records = new SlotFiles(join(directory, 'slurm', 'slots', slot)).news();
  const hello = records.find((record) => record.kind === 'hello');
  return {
    attempt,
    job: {
      name: prefixOf(ledger) + batch,
      index: Math.floor(Number(index) / lanes),
      job: hello?.job,
      submitted: at,
    },
    records,
    closed: closed?.kind === 'closed' ? closed.why : refused?.kind === 'refused' ? refused.message : undefined,
  };
}

function prefixOf(ledger: readonly LedgerEntry[]): string {
  const opened = ledger.findLast((entry) => entry.kind === 'opened');
  return opened?.kind === 'opened' ? opened.jobs : '';
}

/** The study's jobs in the queue; none if the controller does not answer. */
async function lookAt(slurm: SlurmCommand, ledger: readonly LedgerEntry[]): Promise<readonly QueuedJob[]> {
  const answer = await slurm('squeue', ['--me', '-h', '-r', '-t', 'all', '-o', QUEUE_FORMAT_WITH_START]);
  const prefix = prefixOf(ledger);
  return answer.exitCode === 0 ? readQueue(answer.stdout).filter(({ name }) => name.startsWith(prefix)) : [];
}

/** The job of an attempt that waits or runs. */
function liveJob({ closed, job }: Place, queue: readonly QueuedJob[]): QueuedJob | undefined {
  if (closed !== undefined) return undefined;
  return queue.find(
    ({ name, indices, state }) =>
      name === job.name && indices.includes(job.index) && /^(PEND|RUNN|CONF|COMPLETING|SUSP)/.test(state),
  );
}

/** An attempt in a step of an allocation. */
function stepText({ attempt, records, closed }: Place): string {
  const end = endText(endOf(records, attempt));
  return [
    whereText(records),
    end ?? (closed === undefined ? 'Nothing is known of its end.' : `It was lost: ${closed}.`),
  ].join(' ');
}

/** An attempt that no slot has. */
function waiting(queue: readonly QueuedJob[]): Omit<AttemptNote, 'attempt'> {
  const [first] = queue.filter(({ state }) => state === 'PENDING').sort((a, b) => startOf(a) - startOf(b));
  if (first === undefined) return { text: 'It has no slot, and no job waits.' };
  return { text: `It waits for a slot. ${pendingText(first)}`, remedy: pendingRemedy(first.reason) };
}

/** An attempt whose job is in the queue. */
function present({ attempt, records }: Place, job: QueuedJob): Omit<AttemptNote, 'attempt'> {
  if (job.state === 'PENDING') return { text: pendingText(job), remedy: pendingRemedy(job.reason) };
  return { text: [whereText(records), endText(endOf(records, attempt)) ?? `${job.state}.`].join(' ') };
}

/** An attempt whose job is over, or cannot be found. */
function past({ attempt, records, closed }: Place, end: JobEnd | undefined): Omit<AttemptNote, 'attempt'> {
  const own = endOf(records, attempt);
  // A job that ended after the attempt says nothing about it.
  const blamed = own === undefined || own.evicted !== undefined;
  const texts = [
    whereText(records),
    endText(own) ?? (closed === undefined ? 'Its job is not in the queue.' : `It was lost: ${closed}.`),
    ...(blamed && end !== undefined && closed?.includes(end.text) !== true ? [`Slurm: ${end.text}.`] : []),
  ];
  return { text: texts.join(' '), remedy: blamed ? end?.remedy : undefined };
}

function whereText(records: readonly AgentRecord[]): string {
  const hello = records.find((record) => record.kind === 'hello');
  if (hello === undefined) return 'Its agent was never heard of.';
  return `Job ${hello.job} on ${hello.node}${hello.devices === undefined ? '' : `, GPU ${hello.devices}`}.`;
}

/** How an attempt ended, as its agent says. */
function endOf(records: readonly AgentRecord[], attempt: AttemptId): AttemptRecord | undefined {
  return records.filter((record) => record.kind === 'ended').findLast((record) => record.attempt === attempt);
}

function endText(end: AttemptRecord | undefined): string | undefined {
  if (end === undefined) return undefined;
  return end.evicted === undefined ? `It ended with exit code ${end.exitCode}.` : `It was ended: ${end.evicted}.`;
}

function pendingText(job: QueuedJob): string {
  const start = startOf(job);
  const when = Number.isFinite(start)
    ? `, expected to start at ${new Date(start * 1000).toISOString().slice(0, 16)}Z`
    : '';
  return `Job ${job.array} waits in the queue (${job.reason})${when}.`;
}

/** When a job is expected to start, in seconds since the epoch; `Infinity` if nobody knows. */
function startOf({ start }: QueuedJob): number {
  return /^\d+$/.test(start ?? '') ? Number(start) : Number.POSITIVE_INFINITY;
}
