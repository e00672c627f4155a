import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { logImprovement } from '../src/acquisition/log-expected-improvement.ts';
import { erfcx, logNormalDistribution } from '../src/acquisition/normal-tail.ts';

/** Made by bench/peers/bayes-acquisition.py with 60 digits. */
interface Reference {
  readonly erfcx: readonly [number, number][];
  readonly improvement: readonly [number, number, number][];
  readonly distribution: readonly [number, number][];
}

const reference = JSON.parse(
  readFileSync(new URL('./fixtures/acquisition.json', import.meta.url), 'utf8'),
) as Reference;

function relativeError(value: number, expected: number): number {
  return Math.abs(value - expected) / Math.max(Math.abs(expected), Number.MIN_VALUE);
}

test('the scaled complementary error function has 14 digits', () => {
  for (const [x, expected] of reference.erfcx) expect(relativeError(erfcx(x), expected)).toBeLessThan(2e-15);
});

test('the log of the normal distribution function has 14 digits in both tails', () => {
  for (const [u, expected] of reference.distribution) {
    expect(relativeError(logNormalDistribution(u), expected), `at ${u}`).toBeLessThan(1e-14);
  }
});

test('log expected improvement and its slope hold over forty decades, down to -1e6', () => {
  expect(reference.improvement.length).toBeGreaterThan(300);
  const result = { value: 0, slope: 0 };
  for (const [u, value, slope] of reference.improvement) {
    logImprovement(u, result);
    // Near its zero at 0.9 the logarithm itself is small: there the error counts by itself.
    expect(Math.abs(result.value - value) / Math.max(1, Math.abs(value)), `value at ${u}`).toBeLessThan(2e-13);
    expect(relativeError(result.slope, slope), `slope at ${u}`).toBeLessThan(2e-13);
  }
});

test('log expected improvement grows everywhere, over the seams of its formulas too', () => {
  const result = { value: 0, slope: 0 };
  for (const seam of [-25, -1, 0]) {
    logImprovement(seam - 1e-9, result);
    const before = { ...result };
    logImprovement(seam + 1e-9, result);
    expect(result.value).toBeGreaterThan(before.value);
    expect(result.value - before.value).toBeLessThan(1e-6);
    expect(Math.abs(result.slope - before.slope)).toBeLessThan(1e-6);
  }
});
