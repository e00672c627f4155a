/** Reads `scontrol show config`: names and values, as Slurm writes them. */
export function readConfig(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\w+)\s*=\s(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) values.set(name, value.trim());
  }
  return values;
}

/** A partition as `scontrol show partition --oneliner` writes it. */
export interface Partition {
  readonly name: string;
  readonly isDefault: boolean;
  /** `UP`, `DOWN`, `DRAIN` or `INACTIVE`. */
  readonly state: string;
  /** Longest time of a job, as Slurm writes it: `1-00:00:00`, `UNLIMITED`. */
  readonly maxTime: string;
  readonly nodes: string;
  readonly preemptMode: string;
  /** Seconds between the signal and the end of a job that is preempted. */
  readonly graceSeconds: number;
}

/** Reads `scontrol show partition --oneliner`. */
export function readPartitions(text: string): readonly Partition[] {
  return text.split('\n').flatMap((line): Partition[] => {
    const fields = new Map(
      line.split(/\s+/).flatMap((field): [string, string][] => {
        const at = field.indexOf('=');
        return at < 0 ? [] : [[field.slice(0, at), field.slice(at + 1)]];
      }),
    );
    const name = fields.get('PartitionName');
    if (name === undefined) return [];
    return [
      {
        name,
        isDefault: fields.get('Default') === 'YES',
        state: fields.get('State') ?? 'UP',
        maxTime: fields.get('MaxTime') ?? 'UNLIMITED',
        nodes: fields.get('TotalNodes') ?? '?',
        preemptMode: fields.get('PreemptMode') ?? 'OFF',
        graceSeconds: Number(fields.get('GraceTime') ?? 0),
      },
    ];
  });
}

/** Minutes of a time as Slurm writes it: `30`, `30:00`, `2:30:00`, `1-12`, `1-12:30`, `UNLIMITED`. */
export function minutesOf(time: string): number {
  if (/^(UNLIMITED|INFINITE|NONE)$/i.test(time)) return Number.POSITIVE_INFINITY;
  const [days, clock] = time.includes('-') ? time.split('-') : [undefined, time];
  const parts = (clock ?? '').split(':').map(Number);
  // Behind days the first number is hours; alone it is minutes, as the first of two is.
  const [hours = 0, minutes = 0, seconds = 0] = days !== undefined ? parts : parts.length === 3 ? parts : [0, ...parts];
  return Number(days ?? 0) * 24 * 60 + hours * 60 + minutes + seconds / 60;
}
