import { LAUNCHER_NAME, STOP_SIGNALS } from '@fettle/core';

/** Exit code of the script when the attempt was claimed before: the container was started a second time. */
export const CLAIMED_BEFORE = 79;

/**
 * The fixed text that runs an attempt inside its container, for the image's `/bin/sh`; nothing else of the image is used.
 * It claims the attempt, runs the program with its outputs in files of the attempt's folder, and writes its exit code down.
 * So neither output nor exit code depends on the engine, which may be gone at that time.
 *
 * Arguments: paths of the claim, the exit record and the files for both outputs, then the program and its arguments.
 * Nothing of them is interpreted.
 *
 * - The claim is a file that can be made once: a container that is started again, by a request that came late, does nothing.
 * - Variables of the shell are prefixed, for an exported one of the same name would reach the program changed.
 * - Signals are trapped and not ignored: what is ignored is inherited by the program, what is trapped is not. The
 *   container's init process sends them to the whole group.
 * - The program runs in the foreground: a background one would have SIGINT and SIGQUIT ignored.
 */
const LAUNCH_SCRIPT = `
_fettle_claim=$1 _fettle_exit=$2 _fettle_out=$3 _fettle_err=$4
shift 4
set -C
{ : >"$_fettle_claim"; } 2>/dev/null || exit ${CLAIMED_BEFORE}
set +C
trap : ${STOP_SIGNALS.map((signal) => signal.slice('SIG'.length)).join(' ')}
(exec "$@") >>"$_fettle_out" 2>>"$_fettle_err"
_fettle_code=$?
echo "$_fettle_code" >"$_fettle_exit"
exit "$_fettle_code"
`;

/** The shell that the script is written for, as every image that has one has it. */
export const SHELL = '/bin/sh';

/** Makes the init process of a container (tini) send signals to the whole process group of what it runs. */
export const SIGNAL_GROUP = { TINI_KILL_PROCESS_GROUP: '1' } as const;

/** What the script is given to write to, as paths within the container. */
export interface LaunchPaths {
  readonly claim: string;
  readonly exit: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program as the container's entry point, run by the script. */
export function launcherEntrypoint({ claim, exit, stdout, stderr }: LaunchPaths): string[] {
  return [SHELL, '-c', LAUNCH_SCRIPT, LAUNCHER_NAME, claim, exit, stdout, stderr];
}
