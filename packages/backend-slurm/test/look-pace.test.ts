import { describe, expect, it } from 'vitest';
import { LookPace } from '../src/jobs/look-pace.ts';

describe('the pace of looks at the queue', () => {
  it('is hurried whenever something happens, but never beyond the shortest wait between two', () => {
    let now = 0;
    const pace = new LookPace(() => now, 30_000);
    pace.soon();
    expect(pace.wait).toBe(5000);
    now = 5000;
    for (let look = 0; look < 6; look += 1) pace.looked(false);
    expect(pace.wait).toBe(600_000);
    now = 15_000;
    pace.soon();
    expect(pace.wait).toBe(20_000);
    now = 35_000;
    pace.looked(false);
    now = 135_000;
    pace.soon();
    expect(pace.wait).toBe(5000);
    pace.hurry();
    expect(pace.wait).toBe(0);
    pace.skipped();
    expect(pace.wait).toBe(30_000);
    pace.soon();
    expect(pace.wait).toBe(5000);
  });
});
