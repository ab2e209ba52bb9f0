#!/usr/bin/env bash
# Kill the leader, lose nothing: faults of JobManagers and of ZooKeeper under a running job, on clusters of
# real processes with the shipped scripts and settings. Prints each round and a table of times; exit code 1
# if in any round a task was started again, an attempt changed, a record was lost or written twice, or an
# acknowledged submission of the client that goes on meanwhile is missing or wrong afterwards.
#   benchmarks/bin/leader-kill.sh [--rounds N] SCENARIO...|all     (needs: mvn -q package -DskipTests)
# Scenarios: leader-kill leader-term only-jobmanager zookeeper-down-5 zookeeper-down-30 zookeeper-down-300 ensemble
# rolling frozen-leader both partition-zookeeper partition-taskmanagers partition-one-way partition-zookeeper-one-way.
# Partitions need root and network namespaces, and are skipped elsewhere. N is 10 by default, and at most 5, 3 or 1
# for those that take long. BENCH_PORT: the first of 40 ports, by default some that are free; STELLWERK_HOME; BENCH_KEEP_LOGS: a directory for the logs.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/ha-benchmark.sh"
rounds=10
if [ "${1:-}" = --rounds ]; then
  rounds="${2:?--rounds needs a number}"
  shift 2
fi
own_network=0
isolated=() plain=() code=0
for name in "$@"; do
  case "$name" in
    partition*) isolated+=("$name") ;;
    all) plain+=(leader-kill leader-term only-jobmanager zookeeper-down-5 zookeeper-down-30 zookeeper-down-300 ensemble rolling frozen-leader both)
      isolated+=(partition-zookeeper partition-taskmanagers partition-one-way partition-zookeeper-one-way) ;;
    *) plain+=("$name") ;;
  esac
done
[ $((${#plain[@]} + ${#isolated[@]})) -gt 0 ] || plain=(leader-kill)
run() { run_isolated org.stellwerk.benchmarks.ha.LeaderKill "$STELLWERK_HOME" "$work" "$port" "$rounds" "$@" || code=1; }
[ "${#plain[@]}" = 0 ] || run "${plain[@]}"
# A process can make its hosts once only: one process for each of these.
for name in ${isolated[@]+"${isolated[@]}"}; do
  can_isolate && own_network=1
  run "$name"
done
exit "$code"
