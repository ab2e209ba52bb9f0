#!/usr/bin/env bash
# The cluster benchmark: a cluster of real processes (ZooKeeper, one JobManager, three TaskManagers of
# 400 slots) started by the shipped scripts with the shipped settings, and a warm client that submits,
# cancels, kills. Prints every round and a table with the gates and Flink's figures; exit code 1 if a
# gate is not kept.
#   benchmarks/bin/cluster-bench.sh [SCENARIO...]      (needs: mvn -q package -DskipTests)
# Scenarios: 1 100 1000-unconnected 1000 2000 jobs kill term; default: all.
# BENCH_ROUNDS (10), BENCH_TASKMANAGERS (3), BENCH_SLOTS per TaskManager (400), BENCH_PORT (18081; REST, the
# next two are for RPC and ZooKeeper), STELLWERK_HOME, BENCH_JVM (options of the client's JVM),
# BENCH_CONF (lines for config.yaml), BENCH_KEEP_LOGS (a directory to which the processes' logs are copied).
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
. "$here/bench-cluster.sh"
export BENCH_SLOTS="${BENCH_SLOTS:-400}"
start_bench_cluster "${BENCH_TASKMANAGERS:-3}" "$BENCH_SLOTS"
code=0
# shellcheck disable=SC2086
"$java" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 ${BENCH_JVM:-} -cp "$class_path" org.stellwerk.benchmarks.cluster.ClusterBenchmark \
  "http://localhost:$port" "$((taskmanagers * slots))" "$slots" "${BENCH_ROUNDS:-10}" "$jars" "$@" || code=$?
exit "$code"
