#!/usr/bin/env bash
# Random operations on a real cluster: submit, cancel, kill -9, SIGTERM, SIGSTOP and SIGCONT, drain, one
# more TaskManager. Every 40 operations, and at the end, the cluster is left to come to rest and checked: no
# slot is lost or used twice, no job is stuck, each that is over ended as it should, with the right
# result. Prints each operation and a verdict; exit code 1 if something did not hold.
#   benchmarks/bin/random-operations.sh [N] [SEED]     (default: 1000 from a random seed; needs: mvn -q package -DskipTests)
# BENCH_PORT, BENCH_KEEP_LOGS, STELLWERK_HOME as for cluster-bench.sh.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
export BENCH_SLOTS=4
. "$here/bench-cluster.sh"
start_bench_cluster 3 "$BENCH_SLOTS"
mkdir "$work/outputs"
code=0
"$java" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$class_path" org.stellwerk.benchmarks.cluster.RandomOperations \
  "http://localhost:$port" "$slots" "${1:-1000}" "${2:-$RANDOM}" "$jars" "$STELLWERK_HOME/examples/data/kjv.txt" "$work/outputs" || code=$?
exit "$code"
