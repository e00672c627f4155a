import { expect, it } from 'vitest';
import { jobPrefix } from '../src/jobs/job-prefix.ts';

it('names the jobs of every study differently, also of those with one name, in characters that every list can hold', () => {
  const ids = [1795250848123, 1795250848124].map((createdAt) => ({ id: `digits-${createdAt}`, name: 'digits' }));
  const names = ids.flatMap((id) => [jobPrefix(id, '/home/me/digits'), jobPrefix(id, '/home/me/copy of digits')]);
  expect(names[0]).toMatch(/^fettle-digits-[0-9a-f]{10}-$/);
  expect(new Set(names).size).toBe(4);
  expect(jobPrefix(ids[0]!, '/home/me/digits')).toBe(names[0]);
  expect(jobPrefix({ id: 'x', name: "my study, 100% | 'new'" }, '/')).toMatch(/^fettle-mystudy100ne-[0-9a-f]{10}-$/);
});
