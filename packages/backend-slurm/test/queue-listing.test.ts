import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKnownState, isOver, jobClass, pendingReason } from '../src/commands/job-state.ts';
import { readQueue } from '../src/commands/queue-listing.ts';

describe('the queue', () => {
  it('is read line by line: plain jobs, elements, and elements that are folded into one line', () => {
    const text = [
      '17|17|N/A|fettle-ab-1-1|RUNNING|None|n1',
      '18_3|18|3|fettle-ab-1-2|PENDING|Resources|',
      '18_[5-7,9%2]|18|5-7,9%2|fettle-ab-1-2|PENDING|JobArrayTaskLimit|',
      'slurm_load_jobs error: something',
      '',
    ].join('\n');
    expect(readQueue(text)).toEqual([
      { array: '17', indices: [0], name: 'fettle-ab-1-1', state: 'RUNNING', reason: 'None', node: 'n1' },
      { array: '18', indices: [3], name: 'fettle-ab-1-2', state: 'PENDING', reason: 'Resources', node: '' },
      {
        array: '18',
        indices: [5, 6, 7, 9],
        name: 'fettle-ab-1-2',
        state: 'PENDING',
        reason: 'JobArrayTaskLimit',
        node: '',
      },
    ]);
  });

  it('never throws, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        for (const { state, reason } of readQueue(text)) {
          jobClass(state);
          pendingReason(reason);
        }
      }),
      { seed: 1 },
    );
  });
});

describe('the state of a job', () => {
  it('is the first word, and an unknown one is taken for running', () => {
    expect(jobClass('CANCELLED by 1000')).toBe('cancelled');
    expect(jobClass('COMPLETED+')).toBe('over');
    expect(jobClass('HIBERNATING')).toBe('running');
    expect(isKnownState('HIBERNATING')).toBe(false);
    expect(isKnownState('CANCELLED by 1000')).toBe(true);
  });

  it('is over only when nothing more will come', () => {
    const open = [
      'PENDING',
      'CONFIGURING',
      'RUNNING',
      'SUSPENDED',
      'COMPLETING',
      'REQUEUED',
      'SPECIAL_EXIT',
      'STAGE_OUT',
      // Another cluster of the federation has begun it.
      'REVOKED',
    ];
    const over = ['COMPLETED', 'FAILED', 'TIMEOUT', 'PREEMPTED', 'NODE_FAIL', 'OUT_OF_MEMORY', 'CANCELLED', 'DEADLINE'];
    expect(open.filter((state) => isOver(jobClass(state)))).toEqual([]);
    expect(over.filter((state) => !isOver(jobClass(state)))).toEqual([]);
  });

  it.each([
    ['Priority', 'wait'],
    ['Resources', 'wait'],
    ['QOSMaxJobsPerUserLimit', 'wait'],
    ['AssocGrpCPULimit', 'wait'],
    ['ReqNodeNotAvail, UnavailableNodes:n[1-4]', 'wait'],
    ['PartitionTimeLimit', 'hopeless'],
    ['(PartitionConfig)', 'hopeless'],
    ['AssocMaxWallDurationPerJobLimit', 'hopeless'],
    ['DependencyNeverSatisfied', 'hopeless'],
    ['JobHeldAdmin', 'held'],
    ['(JobHeldUser)', 'held'],
    ['AssocGrpCPUMinutesLimit', 'spent'],
    ['QOSGrpGRESMinutes', 'spent'],
  ])('waits for a reason: %s means %s', (reason, meaning) => {
    expect(pendingReason(reason)).toBe(meaning);
  });
});
