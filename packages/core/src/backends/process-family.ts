import { isAlive, type ProcessEntry, ProcessTable, sendSignal } from './process-table.ts';

/** How processes that belong to an attempt are known: by their leader's group and by the environment they inherited. */
export interface Family {
  /** The launcher, leader of the group. */
  readonly leader: { readonly pid: number; readonly start: string };
  /** The attempt's own value of `$FETTLE_STOP_FILE`: no other process of this machine has it. */
  readonly stopFile: string;
}

/** The variable whose value tells attempts apart. */
const MARK = 'FETTLE_STOP_FILE=';

/**
 * The processes of an attempt that still run: its group, and what has left the group (`setsid`) but not its environment.
 * @param table of an instant; several attempts may be looked for in one
 */
export function livingMembers({ leader, stopFile }: Family, table = new ProcessTable()): ProcessEntry[] {
  const holder = table.living.find((entry) => entry.pid === leader.pid);
  const leads = holder?.start === leader.start;
  const earliest = Number(leader.start);
  return table.living.filter(({ pid, group, session, start }) => {
    const grouped = group === leader.pid || session === leader.pid;
    if (grouped && leads) return true;
    if (grouped && holder === undefined) {
      // Once the leader is gone its number may have come to others: an environment that is not the attempt's says so.
      const environment = table.environmentOf(pid);
      return environment === undefined || environment.includes(MARK + stopFile);
    }
    // Starts are numbers where environments can be seen; nothing older than the leader is its descendant.
    return Number(start) >= earliest && table.environmentOf(pid)?.includes(MARK + stopFile) === true;
  });
}

/** Sends a signal to the group of a leader that is known to live. @returns whether anybody was there */
export function signalGroup(leader: Family['leader'], signal: NodeJS.Signals): boolean {
  return isAlive(leader) && sendSignal(-leader.pid, signal);
}

/** Kills what is left of an attempt. @returns the processes that were still there */
export function killMembers(family: Family): ProcessEntry[] {
  const members = livingMembers(family);
  for (const { pid } of members) sendSignal(pid, 'SIGKILL');
  return members;
}

/**
 * Processes of attempts in a folder that nobody watches: left over by attempts that ended while no driver lived.
 * @param trials path of the folder that all attempts of the study are in, with a separator at its end
 * @param watched the stop files of the attempts that are watched
 */
export function strayMembers(trials: string, watched: ReadonlySet<string>): ProcessEntry[] {
  const table = new ProcessTable();
  return table.living.filter(({ pid }) => {
    if (pid === process.pid) return false;
    const mark = table.environmentOf(pid)?.find((line) => line.startsWith(MARK + trials));
    return mark !== undefined && !watched.has(mark.slice(MARK.length));
  });
}
