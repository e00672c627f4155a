#!/bin/sh
# The agent: the one program that runs inside a Slurm job. It asks for work through two files in its slot's folder, runs one
# attempt after the other, and writes down what happened. It needs a POSIX shell and what every Linux has beside it (date,
# ln, ls, mkdir, mkfifo, rm, setsid, sleep, tail, touch), nothing else.
#
#   agent.sh SLOTS LANES LANE ATTEMPTS IDLE POLL LOOK HEARTBEAT GRACE LAUNCHER
#
# SLOTS      folder of the batch of slots; this one's is SLOTS/N, N being the index in the array times LANES, plus LANE
# LANES      agents in this job, which share its GPUs; this is number LANE, from 0
# ATTEMPTS   attempts after which it leaves; 0: it runs as many as it is given
# IDLE       time without work after which it leaves
# POLL       time between two looks at its program, and at its orders while it has none
# LOOK       time between two looks at its orders while its program runs
# HEARTBEAT  time between two signs of life
# GRACE      time that a program has to save itself when the job is about to end
# LAUNCHER   how the shell that starts a program calls itself in messages of its own
#
# Times are in milliseconds and are counted in naps, which costs nothing. Files, one writer each, opened afresh at every
# look, so that close-to-open consistency (NFS) is enough:
#
# to-agent         the driver's: SESSION SEQ KIND ATTEMPT WORD NUMBER .
#                  run: what to run is in run-SEQ.sh, WORD is the signal that goes with the stop file, or -
#                  stop: WORD is the step to begin with, NUMBER the time between two steps
#                  leave: as soon as nothing runs
# from-agent.jsonl the agent's, a line for each event, and one when its program has written something: the driver looks at the
#                  program's files only then
# attempt          a link to the folder of the attempt, made by its script
#
# Variables have a prefix, because one that is exported under the same name would reach the program changed.
set -u

fettle_lanes=$2 fettle_lane=$3 fettle_attempts=$4 fettle_idle=$5 fettle_poll=$6 fettle_look=$7
fettle_heartbeat=$8 fettle_grace=$9 fettle_launcher=${10}
fettle_nap=$((fettle_poll / 1000)).$(printf %03d $((fettle_poll % 1000)))

# Time since the beginning, in milliseconds.
fettle_clock=0
fettle_seq=0 fettle_spoke=0 fettle_unsaid=''
fettle_session=0 fettle_orders=0 fettle_looked=0
# The attempt, its process group while that runs, and how it ended.
fettle_attempt='' fettle_program='' fettle_status=''
fettle_begun=0 fettle_since=0
# How often the kernel had killed something here for want of memory when the attempt began.
fettle_kills=0
# How far it was asked to stop: 0 not at all, 1 with the stop file, 2 by TERM, 3 by KILL; and when it is asked again.
fettle_step=0 fettle_next=0 fettle_wait=0
fettle_signal=- fettle_stop_file=''
# Until when an end by a signal that nobody here has sent is kept back.
fettle_held=0
# What Slurm has said, why the attempt must end, and why the agent leaves.
fettle_warning='' fettle_evicted='' fettle_leaving=''

# Starts a program such that it does not outlive its agent: somebody in its process group reads from a pipe of which the
# agent has the other end, and ends the group when the agent is gone. It heeds no signal from its first moment on.
fettle_leader='trap "" HUP INT QUIT TERM USR1 USR2
{ read -r _ <&3; kill -KILL -$$; } &
trap - HUP INT QUIT TERM USR1 USR2
. "$1"; exec "$@" 3<&-'

# What runs in the background has INT and QUIT ignored; programs that save themselves on them need them back.
fettle_signals='env --default-signal=INT,QUIT'
if ! $fettle_signals true 2>/dev/null; then fettle_signals=''; fi

# say KIND MORE: writes a line, now or, if there is no room on the disk, later.
fettle_say() {
  fettle_seq=$((fettle_seq + 1)) fettle_spoke=$fettle_clock
  fettle_unsaid="$fettle_unsaid{\"seq\":$fettle_seq,\"at\":$(date +%s)000,\"kind\":\"$1\"$2}
"
  fettle_speak
}

fettle_speak() {
  if printf '%s' "$fettle_unsaid" >>from-agent.jsonl; then
    fettle_unsaid=''
  else
    # A part may have been written: what comes next must not be joined to it.
    fettle_unsaid="
${fettle_unsaid#"
"}"
  fi 2>/dev/null
}

# count_kills: how often the kernel has killed something here for want of memory, by the control group (version 2, or 1).
fettle_count_kills() {
  while IFS=: read -r fettle_number fettle_word fettle_name; do
    case $fettle_number:,$fettle_word, in
    0:,,) fettle_file=/sys/fs/cgroup$fettle_name/memory.events ;;
    *:*,memory,*) fettle_file=/sys/fs/cgroup/memory$fettle_name/memory.oom_control ;;
    *) continue ;;
    esac
    while read -r fettle_word fettle_number; do
      if [ "$fettle_word" = oom_kill ]; then echo "$fettle_number" && return; fi
    done <"$fettle_file"
  done </proc/self/cgroup
  echo 0
} 2>/dev/null

# part LIST: this agent's share of a list with commas; lists shorter than there are agents are shared.
fettle_part() (
  IFS=,
  set -f
  # shellcheck disable=SC2086 # It is split on purpose.
  set -- $1
  first=$(($# * fettle_lane / fettle_lanes)) next=$(($# * (fettle_lane + 1) / fettle_lanes))
  [ "$next" -gt "$first" ] || next=$((first + 1))
  at=0 part=''
  for token in "$@"; do
    if [ "$at" -ge "$first" ] && [ "$at" -lt "$next" ]; then part="$part${part:+,}$token"; fi
    at=$((at + 1))
  done
  printf %s "$part"
)

fettle_read_orders() {
  fettle_looked=$fettle_clock
  fettle_fresh=$(tail -n "+$((fettle_orders + 1))" to-agent 2>/dev/null)
  while read -r fettle_from fettle_number fettle_kind fettle_name fettle_word fettle_time fettle_end; do
    # A line without its full stop is being written.
    [ "$fettle_end" = . ] || break
    fettle_orders=$((fettle_orders + 1))
    # A driver is not obeyed once a newer one has spoken.
    [ "$fettle_from" -ge "$fettle_session" ] || continue
    fettle_session=$fettle_from
    case $fettle_kind in
    run) fettle_run "$fettle_name" "$fettle_number" "$fettle_word" ;;
    stop) if [ "$fettle_name" = "$fettle_attempt" ]; then fettle_stop "$fettle_word" "$fettle_time"; fi ;;
    leave)
      fettle_leaving=${fettle_leaving:-the driver needs it no longer}
      fettle_stop checkpoint "$fettle_grace"
      ;;
    esac
  done <<EOF
$fettle_fresh
EOF
}

# is_removed: whether somebody has removed the folder. A file server that is out of reach for a while says something else.
fettle_is_removed() {
  case $(LC_ALL=C ls -dL to-agent 2>&1) in
  *'No such file'* | *[Ss]tale*) ;;
  *) return 1 ;;
  esac
}

# Leaves. Nobody else knows how the last attempt ended: as long as that cannot be written down it is waited for, but no longer
# than for work.
fettle_leave() {
  fettle_say leaving ",\"why\":\"$fettle_leaving\""
  fettle_since=$fettle_clock
  while [ -n "$fettle_unsaid" ] && [ $((fettle_clock - fettle_since)) -lt "$fettle_idle" ]; do
    sleep "$fettle_nap"
    fettle_clock=$((fettle_clock + fettle_poll))
    fettle_speak
  done
  exit 0
}

# tell_growth FILE ...: tells the driver if its program has written into one of them since this agent last spoke.
fettle_tell_growth() {
  for fettle_file in "$@"; do
    if [ "attempt/$fettle_file" -nt from-agent.jsonl ]; then
      fettle_say alive ''
      return
    fi
  done
}

# run ATTEMPT SEQ SIGNAL
fettle_run() {
  if [ -n "$fettle_leaving$fettle_attempt" ]; then
    fettle_say ended ",\"attempt\":\"$1\",\"evicted\":\"${fettle_leaving:-the slot was taken}\""
    return
  fi
  fettle_attempt=$1 fettle_stop_file=stop-$2 fettle_signal=$3
  fettle_begun=$((fettle_begun + 1)) fettle_step=0 fettle_evicted=''
  fettle_kills=$(fettle_count_kills)
  # shellcheck disable=SC2086 # Several words, or none.
  setsid $fettle_signals /bin/sh -c "$fettle_leader" "$fettle_launcher" "./run-$2.sh" 3<&5 4>&- 5<&- </dev/null &
  fettle_program=$!
  fettle_say started ",\"attempt\":\"$1\",\"pid\":$fettle_program"
}

# stop STEP TIME: asks the program to stop, harder each time it has not.
fettle_stop() {
  [ -n "$fettle_program" ] || return 0
  case $1 in
  checkpoint) set -- 1 "$2" ;;
  terminate) set -- 2 "$2" ;;
  *) set -- 3 "$2" ;;
  esac
  [ "$fettle_step" -lt "$1" ] || return 0
  fettle_step=$(($1 - 1)) fettle_wait=$2
  fettle_ask
}

fettle_ask() {
  fettle_step=$((fettle_step + 1)) fettle_next=$((fettle_clock + fettle_wait))
  case $fettle_step in
  1)
    touch "$fettle_stop_file"
    if [ "$fettle_signal" != - ]; then kill "-$fettle_signal" "-$fettle_program"; fi
    ;;
  2) kill -TERM "-$fettle_program" ;;
  *) kill -KILL "-$fettle_program" ;;
  esac 2>/dev/null
}

fettle_watch() {
  if kill -0 "$fettle_program" 2>/dev/null; then
    if [ "$fettle_step" -gt 0 ] && [ "$fettle_clock" -ge "$fettle_next" ]; then fettle_ask; fi
    return
  fi
  wait "$fettle_program"
  fettle_status=$?
  # What it left behind in its group must not use the slot of the next one.
  kill -KILL "-$fettle_program" 2>/dev/null
  fettle_program=''
  # Slurm ends a job by signals to all of its processes, in any order: whether this was one of them shows in a moment, by
  # the same happening to the agent.
  if [ "$fettle_status" -gt 128 ] && [ "$fettle_step" -eq 0 ]; then
    fettle_held=$((fettle_clock + 1500))
  else
    fettle_held=0
  fi
}

fettle_over() {
  fettle_more=",\"attempt\":\"$fettle_attempt\",\"exitCode\":$fettle_status"
  if [ -n "$fettle_evicted" ]; then fettle_more="$fettle_more,\"evicted\":\"$fettle_evicted\""; fi
  if [ "$fettle_status" -eq 137 ] && [ "$(fettle_count_kills)" -gt "$fettle_kills" ]; then
    fettle_more="$fettle_more,\"outOfMemory\":true"
  fi
  fettle_attempt='' fettle_since=$fettle_clock
  fettle_say ended "$fettle_more"
  if [ "$fettle_attempts" -gt 0 ] && [ "$fettle_begun" -ge "$fettle_attempts" ]; then
    fettle_leaving=${fettle_leaving:-it has run as many attempts as one job may}
  fi
}

# Takes the slot, or finds that it is taken. Slurm may start one job twice: a submission that seemed to fail and did not, a
# controller that was killed and has forgotten the start, even with the same number. Making a folder decides, once.
cd "$1/$((${SLURM_ARRAY_TASK_ID:-0} * fettle_lanes + fettle_lane))" || exit 1
if ! mkdir claim; then
  echo 'Another job has this slot, or there is no room on the disk: there is nothing to do here.' >&2
  exit 0
fi
trap 'fettle_warning=${fettle_warning:-the job is near its time limit}' USR2
trap 'fettle_warning=${fettle_warning:-the job was cancelled, preempted or out of time}' TERM

fettle_pipe=$(mktemp -u "${TMPDIR:-/tmp}/fettle-agent.XXXXXX")
mkfifo -m 600 "$fettle_pipe" || exit 1
exec 4<>"$fettle_pipe" 5<"$fettle_pipe"
rm -f "$fettle_pipe"

if [ "$fettle_lanes" -gt 1 ]; then
  if [ -n "${CUDA_VISIBLE_DEVICES-}" ]; then CUDA_VISIBLE_DEVICES=$(fettle_part "$CUDA_VISIBLE_DEVICES"); fi
  if [ -n "${ROCR_VISIBLE_DEVICES-}" ]; then ROCR_VISIBLE_DEVICES=$(fettle_part "$ROCR_VISIBLE_DEVICES"); fi
  if [ -n "${ZE_AFFINITY_MASK-}" ]; then ZE_AFFINITY_MASK=$(fettle_part "$ZE_AFFINITY_MASK"); fi
fi
if [ "${SLURM_JOB_NUM_NODES:-1}" -gt 1 ]; then
  # Where the processes of one training find each other.
  export MASTER_ADDR="${MASTER_ADDR:-$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)}"
  export MASTER_PORT="${MASTER_PORT:-$((20000 + SLURM_JOB_ID % 20000))}"
fi

fettle_devices=''
case ${CUDA_VISIBLE_DEVICES-} in
'' | *[!A-Za-z0-9,:._/-]*) ;;
*) fettle_devices=",\"devices\":\"$CUDA_VISIBLE_DEVICES\"" ;;
esac
fettle_until=''
if [ "${SLURM_JOB_END_TIME:-0}" -gt 0 ]; then fettle_until=",\"until\":${SLURM_JOB_END_TIME}000"; fi
fettle_say hello ",\"job\":\"${SLURM_JOB_ID-}\",\"restart\":${SLURM_RESTART_COUNT:-0},\"node\":\"${SLURMD_NODENAME-}\"$fettle_devices$fettle_until"

while :; do
  if ! [ -e to-agent ] && fettle_is_removed; then
    # Nobody can hear of what runs here, and it would run beside its successor.
    if [ -n "$fettle_program" ]; then kill -KILL "-$fettle_program"; fi
    exit 0
  fi
  if [ -n "$fettle_warning" ] && [ -z "$fettle_evicted" ]; then
    fettle_leaving=${fettle_leaving:-$fettle_warning}
    # An end that is being kept back is explained by this.
    if [ -n "$fettle_attempt" ]; then fettle_evicted=$fettle_warning; fi
    fettle_stop checkpoint "$fettle_grace"
  fi
  if [ -z "$fettle_program" ] || [ $((fettle_clock - fettle_looked)) -ge "$fettle_look" ]; then
    fettle_read_orders
    if [ -n "$fettle_program" ]; then fettle_tell_growth stdout.log stderr.log; fi
  fi
  # Somebody waits for a decision.
  if [ -n "$fettle_program" ]; then fettle_tell_growth metrics.jsonl; fi
  if [ -n "$fettle_program" ]; then fettle_watch; fi
  if [ -n "$fettle_attempt" ] && [ -z "$fettle_program" ]; then
    if [ -n "$fettle_evicted" ] || [ "$fettle_clock" -ge "$fettle_held" ]; then fettle_over; fi
  fi
  if [ -z "$fettle_attempt" ]; then
    if [ $((fettle_clock - fettle_since)) -ge "$fettle_idle" ]; then
      fettle_leaving=${fettle_leaving:-nothing to do for $((fettle_idle / 1000)) s}
    fi
    if [ -n "$fettle_leaving" ]; then fettle_leave; fi
  fi
  if [ $((fettle_clock - fettle_spoke)) -ge "$fettle_heartbeat" ]; then fettle_say alive ''; fi
  if [ -n "$fettle_unsaid" ]; then fettle_speak; fi
  # In the background, because a trap waits for what runs in the foreground.
  sleep "$fettle_nap" &
  wait $!
  fettle_clock=$((fettle_clock + fettle_poll))
done
