#!/usr/bin/env bash
# Random ends of the leader and restarts of ZooKeeper, unattended: no job may be lost, doubled, stuck or started again, no
# record lost or written twice, no acknowledged submission missing. Prints what was done in each round; exit code 1
# if something did not hold. What is done follows from the seed.
#   benchmarks/bin/leader-rounds.sh [--rounds N] [--seed S]    (default: 50 rounds, a random seed; needs: mvn -q package -DskipTests)
# BENCH_PORT, STELLWERK_HOME, BENCH_KEEP_LOGS as for leader-kill.sh.
set -euo pipefail
rounds=50 seed="$RANDOM"
while [ $# -gt 0 ]; do
  case "$1" in
    --rounds) rounds="${2:?--rounds needs a number}" ;;
    --seed) seed="${2:?--seed needs a number}" ;;
    *) echo "Unknown argument '$1'. Usage: leader-rounds.sh [--rounds N] [--seed S]" >&2; exit 2 ;;
  esac
  shift 2
done
. "$(dirname "${BASH_SOURCE[0]}")/ha-benchmark.sh"
own_network=0
code=0
run_isolated org.stellwerk.benchmarks.ha.LeaderRounds "$STELLWERK_HOME" "$work" "$port" "$rounds" "$seed" || code=$?
exit "$code"
