import { describe, expect, it } from 'vitest';
import { NodeHealth } from '../src/jobs/node-health.ts';

const MINUTE = 60_000;

describe('nodes', () => {
  it('are left alone after two failures within a short time, and forgiven later', () => {
    const health = new NodeHealth();
    health.ranWell('n9');
    health.failed('n2', 0);
    expect(health.excluded(0)).toEqual([]);
    health.failed('n2', 5 * MINUTE);
    health.failed('n1', 6 * MINUTE);
    health.failed('n1', 6 * MINUTE);
    expect(health.excluded(6 * MINUTE)).toEqual(['n1', 'n2']);
    expect(health.excluded(18 * MINUTE)).toEqual(['n1']);
    expect(health.excluded(60 * MINUTE)).toEqual([]);
  });

  it('are forgiven for failures that lie far apart, and at once when a program runs well there', () => {
    const health = new NodeHealth();
    health.ranWell('n9');
    health.failed('n1', 0);
    health.failed('n1', 60 * MINUTE);
    expect(health.excluded(60 * MINUTE)).toEqual([]);
    health.failed('n1', 61 * MINUTE);
    expect(health.excluded(61 * MINUTE)).toEqual(['n1']);
    health.ranWell('n1');
    expect(health.excluded(61 * MINUTE)).toEqual([]);
  });

  it('are not to blame as long as things go well on none of them: a program that is missing is missing everywhere', () => {
    const health = new NodeHealth();
    for (const node of ['n1', 'n2', 'n1', 'n2']) health.failed(node, 0);
    expect(health.excluded(0)).toEqual([]);
    health.ranWell('n1');
    expect(health.excluded(0)).toEqual(['n2']);
    health.failed('n1', 0);
    expect(health.excluded(0)).toEqual([]);
  });

  it('are all forgiven when a job is refused: without them there may be none', () => {
    const health = new NodeHealth();
    for (const node of ['n1', 'n1']) health.failed(node, 0);
    health.ranWell('n2');
    health.forgive();
    expect(health.excluded(0)).toEqual([]);
  });
});
