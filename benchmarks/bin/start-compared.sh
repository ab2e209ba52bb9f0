#!/usr/bin/env bash
# How long clusters take to start, ours and Flink 1.20.1's by turns on one machine, since machines differ.
#   benchmarks/bin/start-compared.sh [ROUNDS]      (default 5; needs an assembled distribution and Maven)
#
# Ours: start-cluster.sh as shipped (ZooKeeper, JobManager, two TaskManagers) until all slots are
# registered. Flink: its processes (flink-peer.sh) with its default memory sizes; first the JobManager until REST answers, then one
# TaskManager until it is registered; and all three at once until both TaskManagers are.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
home="${STELLWERK_HOME:-$here/../../dist/target/stellwerk}"
[ -x "$home/bin/start-cluster.sh" ] || { echo "No distribution at $home; run: mvn -q package -DskipTests" >&2; exit 1; }
rounds="${1:-5}"
. "$here/flink-peer.sh"
work="$(mktemp -d)"
export STELLWERK_LOG_DIR="$work/log" STELLWERK_PID_DIR="$work/run" STELLWERK_DATA_DIR="$work/data" STELLWERK_IDENT=bench
trap 'stop_flink; "$home/bin/stop-cluster.sh" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
prepare_flink "$work/flink" 2

note() { # NAME BEGIN_NANOS: takes down and prints how long it was
  local ms=$((($(date +%s%N) - $2) / 1000000))
  echo "$ms" >>"$work/$1"
  printf '%s %s ms; ' "$1" "$ms"
}

for round in $(seq "$rounds"); do
  printf 'round %s: ' "$round"
  rm -rf "$work/data"
  begin="$(date +%s%N)"
  "$home/bin/start-cluster.sh" >"$work/out"
  note ours "$begin"
  "$home/bin/stop-cluster.sh" >/dev/null

  begin="$(date +%s%N)"
  start_flink jobmanager
  await_flink 0
  note flink-jobmanager "$begin"
  begin="$(date +%s%N)"
  start_flink taskmanager 1
  await_flink 1
  note flink-taskmanager "$begin"
  stop_flink

  begin="$(date +%s%N)"
  start_flink jobmanager
  start_flink taskmanager 1
  start_flink taskmanager 2
  await_flink 2
  note flink-all-at-once "$begin"
  stop_flink
  echo
done
echo "medians of $rounds:"
for name in ours flink-jobmanager flink-taskmanager flink-all-at-once; do
  printf '  %-20s %s ms\n' "$name" "$(sort -n "$work/$name" | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }')"
done
