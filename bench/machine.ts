import { cpus, loadavg, release, totalmem } from 'node:os';

/** What a figure was measured on: without it a figure says nothing. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  const load = loadavg()[0]?.toFixed(1);
  return `${cpus().length} x ${cpu?.model ?? 'unknown CPU'}, ${gib} GiB, Linux ${release()}, Node ${process.version}, load ${load}`;
}

/** The middle of some figures, with the smallest and the largest. */
export function spread(figures: readonly number[], unit: string, digits = 0): string {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (index: number): string => (sorted[index] ?? Number.NaN).toFixed(digits);
  return `${at(sorted.length >> 1)} ${unit} (${at(0)} to ${at(sorted.length - 1)}, ${sorted.length} runs)`;
}
