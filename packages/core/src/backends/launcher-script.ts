/** The name under which the launcher speaks in a program's standard error: how its own complaints are told apart. */
export const LAUNCHER_NAME = 'fettle-launcher';

/**
 * Signals that a program may be asked with to save itself and end. They go to the whole group; the launcher survives them
 * to write the exit code down.
 */
export const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGUSR1', 'SIGUSR2', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * The fixed text that runs every attempt, for `/bin/sh`. It is the leader of the attempt's process group, claims the
 * attempt, runs the program and writes its exit code down, whether a driver lives or not.
 *
 * Arguments: path of the claim, path of the exit record, first part of the claim's text, path of `ln`, then the program
 * (the absolute path of its file) and its arguments. Nothing of them is interpreted.
 *
 * - A symbolic link is the claim, because making one is a single step that fails if it is there and carries a text: who
 *   claimed is known at the same instant as that it is claimed. See `claim.ts`.
 * - Variables of the shell are prefixed, for an exported one of the same name would reach the program changed.
 * - Signals are trapped and not ignored: what is ignored is inherited by the program, what is trapped is not.
 * - Standard error is given to the program alone: what the launcher's shell says of a program that was killed
 *   ("Terminated") is not the program's and is not kept.
 * - The program runs in the foreground: a background one would have SIGINT and SIGQUIT ignored.
 * - In the end the group is killed, itself included, so that nothing that the program left in it lives on. Nothing else
 *   can be in it: while the launcher lives its number is not given to another process.
 */
export const LAUNCHER_SCRIPT = `
trap : ${STOP_SIGNALS.map((signal) => signal.slice('SIG'.length)).join(' ')}
_fettle_claim=$1 _fettle_exit=$2 _fettle_who=$3 _fettle_ln=$4
shift 4
_fettle_start() { _fettle_start=\${20}; }
if { read -r _fettle_stat <"/proc/$$/stat"; } 2>/dev/null; then
  _fettle_start \${_fettle_stat##*') '}
else
  _fettle_start=$(LC_ALL=C TZ=UTC /bin/ps -o lstart= -p $$)
fi
"$_fettle_ln" -s "$$ $_fettle_who $_fettle_start" "$_fettle_claim" 2>/dev/null || exit 0
exec 3>&2 2>/dev/null
(exec "$@" 2>&3 3>&-)
_fettle_code=$?
echo "$_fettle_code" >"$_fettle_exit" || exit "$_fettle_code"
kill -KILL 0
`;
