#!/bin/sh
# Trains nothing, for some time. Usage: train.sh X SECONDS; it reports in the middle, with the time of the report.
set -eu
sleep "$2"
printf '{"loss": %s, "written": %s}\n' "$1" "$(date +%s.%N)" >>"$FETTLE_METRICS"
sleep "$2"
