import type { LedgerEntry } from '../slots/ledger.ts';

/** What a study has asked of Slurm, in all its sessions: one line, or none. */
export function usageText(ledger: readonly LedgerEntry[]): readonly string[] {
  const opened = new Map<number, number>();
  const last = new Map<number, Extract<LedgerEntry, { kind: 'calls' }>>();
  for (const entry of ledger) {
    if (entry.kind === 'opened') opened.set(entry.session, entry.at);
    if (entry.kind === 'calls') last.set(entry.session, entry);
  }
  if (last.size === 0) return [];
  const totals = new Map<string, number>();
  let hours = 0;
  for (const { session, at, calls } of last.values()) {
    hours += (at - (opened.get(session) ?? at)) / 3_600_000;
    for (const [command, count] of Object.entries(calls)) totals.set(command, (totals.get(command) ?? 0) + count);
  }
  const counts = [...totals].map(([command, count]) => `${command} ${count}`).join(', ');
  return [`asked of Slurm in ${hours.toFixed(1)} hours: ${counts}`];
}
