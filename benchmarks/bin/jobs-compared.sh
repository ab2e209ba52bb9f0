#!/usr/bin/env bash
# The paths of a job, ours and Flink 1.20.1's by turns on one machine, since machines differ: submission to RUNNING of 1,
# 100 and 1,000 tasks, cancellation, one-task jobs. Prints each round and a table of medians with the ratio that
# the gates ask for; exit code 1 if one is not kept.
#   benchmarks/bin/jobs-compared.sh [ROUNDS]      (default 5, some 8 minutes; needs: mvn -q package -DskipTests, and Maven)
#
# Both clusters run all the time, each with three TaskManagers of 400 slots, and one client submits to both and asks both.
# Ours has the shipped settings, and ZooKeeper. Flink has no ZooKeeper, and what it needs for 1,000 tasks all-to-all,
# which its defaults refuse: longer timeouts of calls (10 s), more heap and buffers (of 4 KiB, none of a channel's own);
# and it answers REST with what is at most 1 s old rather than 3 s, so that rounds end sooner; what they measure is noted by its JobManager.
# BENCH_PORT, BENCH_CONF, BENCH_KEEP_LOGS, STELLWERK_HOME as for cluster-bench.sh; FLINK_PORT (18181; the next is for RPC).
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
. "$here/bench-cluster.sh"
. "$here/flink-peer.sh"
rounds="${1:-5}"
warm_up=15 jobs_a_round=20 # at most, of the scenarios
export BENCH_SLOTS=400
start_bench_cluster 3 "$BENCH_SLOTS"
trap 'stop_flink; stop_bench_cluster' EXIT
FLINK_NETWORK_MB=1024 FLINK_TASK_HEAP_MB=1024
prepare_flink "$work/flink" "$slots" "pekko.ask.timeout: 120 s
web: {timeout: 120000, refresh-interval: 1000}
taskmanager.memory.segment-size: 4kb
taskmanager.network.memory.buffers-per-channel: 0"
mkdir "$work/jobs"
"$java" -Xmx256m -XX:+UseSerialGC -cp "$peer/target/peer.jar:$peer/target/lib/*" org.stellwerk.peer.WriteJobs \
  "$work/jobs" "$((rounds + warm_up))" "$(((rounds + warm_up) * jobs_a_round))"
start_flink jobmanager
await_flink 0
for n in 1 2 3; do start_flink taskmanager "$n"; done
await_flink 3
code=0
"$java" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$class_path" org.stellwerk.benchmarks.cluster.JobsCompared \
  "http://localhost:$port" "http://localhost:$flink_port" "$((taskmanagers * slots))" "$rounds" "$jars" "$peer/target/peer.jar" "$work/jobs" || code=$?
exit "$code"
