import { describe, expect, it } from 'vitest';
import { NodeHealth } from '../src/jobs/node-health.ts';

const MINUTE = 60_000;

describe('nodes', () => {
  it('are left alone after two failures within a short time, and forgiven later', () => {
    const health = new NodeHealth();
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
    health.failed('n1', 0);
    health.failed('n1', 60 * MINUTE);
    expect(health.excluded(60 * MINUTE)).toEqual([]);
    health.failed('n1', 61 * MINUTE);
    expect(health.excluded(61 * MINUTE)).toEqual(['n1']);
    health.ranWell('n1');
    expect(health.excluded(61 * MINUTE)).toEqual([]);
  });
});
