import { quoted } from './shell-words.ts';

/** Directives of `sbatch` by their long names. */
export type Directives = { readonly [name: string]: string | number | true };

/** How the agents of a batch behave; see `agent/agent.sh`. Times in milliseconds. */
export interface AgentSettings {
  /** Path of the agent. */
  readonly file: string;
  /** Folder of the batch: the jobs work and log there. */
  readonly folder: string;
  /** Attempts after which an agent leaves; 0: as many as it is given. */
  readonly attempts: number;
  readonly idle: number;
  readonly poll: number;
  readonly look: number;
  readonly heartbeat: number;
  readonly grace: number;
  readonly launcher: string;
}

/** What a batch of slot jobs is made of. */
export interface JobScript {
  /** Unique: by it the jobs are found when the answer to their submission was lost. */
  readonly name: string;
  /** Number of jobs; more than one is submitted as an array. */
  readonly jobs: number;
  /** Agents in each job. */
  readonly lanes: number;
  readonly minutes: number;
  /** Seconds before the time limit at which the agents are warned. */
  readonly leadSeconds: number;
  readonly directives: Directives;
  /** Lines of bash to run first. */
  readonly setup: readonly string[];
  readonly agent: AgentSettings;
}

/**
 * Arguments of `sbatch`. All of them are given there and none in the script, so that nothing has to be quoted for two
 * readers. Requeueing is refused: a job that Slurm starts again would wait for minutes, and retries are the engine's.
 */
export function submitArguments({ name, jobs, minutes, leadSeconds, directives, agent }: JobScript): readonly string[] {
  // Percent signs in a file pattern stand for the job's number; a folder's own are doubled.
  const log = `${agent.folder.replaceAll('%', '%%')}/${jobs > 1 ? 'job-%a' : 'job-0'}.log`;
  return [
    '--parsable',
    '--no-requeue',
    '--open-mode=append',
    `--job-name=${name}`,
    `--time=${minutes}`,
    // To the batch process alone: what runs below it hears only what the agent decides.
    `--signal=B:USR2@${leadSeconds}`,
    `--chdir=${agent.folder}`,
    `--output=${log}`,
    `--error=${log}`,
    ...(jobs > 1 ? [`--array=0-${jobs - 1}`] : []),
    ...Object.entries(directives).map(([option, value]) => (value === true ? `--${option}` : `--${option}=${value}`)),
  ];
}

/** The shell for the script. What people write for it, `module` and `source` among it, is written for bash. */
export function scriptShell({ setup }: Pick<JobScript, 'setup'>): string {
  return setup.length === 0 ? '/bin/sh' : '/bin/bash';
}

/** The script itself: the agent takes the shell's place, so that signals reach it; several are told by the shell. */
export function scriptText(script: JobScript): string {
  // A command, behind which no line that begins with #SBATCH is one of sbatch's.
  return [`#!${scriptShell(script)}`, ':', ...script.setup.flatMap(setupLines), agentText(script)].join('\n');
}

/** A line of the setup, and what becomes of the job if it fails. */
function setupLines(line: string): string[] {
  return [line, `[ $? -eq 0 ] || { printf '%s\\n' ${quoted(`The setup failed: ${line}`)} >&2; exit 1; }`];
}

function agentText({ lanes, agent }: JobScript): string {
  const { file, folder, attempts, idle, poll, look, heartbeat, grace, launcher } = agent;
  const start = (lane: string): string =>
    `/bin/sh ${quoted(file)} ${quoted(folder)} ${lanes} ${lane} ${attempts} ${idle} ${poll} ${look} ${heartbeat} ${grace} ${quoted(launcher)}`;
  if (lanes === 1) return `exec ${start('0')}\n`;
  return `fettle_agents=''
trap 'kill -USR2 $fettle_agents' USR2
trap 'kill -TERM $fettle_agents' TERM
for fettle_lane in ${Array.from({ length: lanes }, (_, lane) => lane).join(' ')}; do
  ${start('"$fettle_lane"')} &
  fettle_agents="$fettle_agents $!"
done
for fettle_agent in $fettle_agents; do
  # A signal ends a wait, not what was waited for.
  while kill -0 "$fettle_agent"; do wait "$fettle_agent"; done 2>/dev/null
done
`;
}
