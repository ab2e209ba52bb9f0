#!/usr/bin/env bash
# Does a pause of a TaskManager that is shorter than heartbeat.timeout ever cost a task? Each round stops one of
# the TaskManagers under a running Ticker job for 10 s (SIGSTOP, SIGCONT; the default timeout is 15 s), and
# looks afterwards whether it was given up and whether a task was started again. Exit code 1 if so.
#   benchmarks/bin/freeze-rounds.sh [ROUNDS] [SECONDS]   (default: 100 rounds of 10 s; needs: mvn -q package -DskipTests)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
export BENCH_SLOTS=4
. "$here/bench-cluster.sh"
rounds="${1:-100}" pause="${2:-10}"
start_bench_cluster 2 "$BENCH_SLOTS"
jobmanager_log="$(ls "$STELLWERK_LOG_DIR"/*jobmanager*.log | head -n 1)"
job="$("$STELLWERK_HOME/bin/stellwerk" run -d -m "localhost:$port" -c org.stellwerk.examples.Ticker \
  "$STELLWERK_HOME/examples/stellwerk-examples.jar" --sources 4 --sinks 4 --interval-ms 20 --output "$work/ticks" |
  sed -n 's/^Job ID: //p')"

running() { # of the only job: the tasks that run
  curl -s "http://localhost:$port/jobs/overview" | sed -n 's/.*"tasks":{[^}]*"running":\([0-9]*\).*/\1/p'
}
lost() { grep -c 'is gone with its\|is lost with' "$jobmanager_log" || true; }
restarts() { grep -c ': restarting ' "$jobmanager_log" || true; }
await_running() {
  for _ in $(seq 300); do
    [ "$(running)" = 8 ] && return
    sleep 0.1
  done
  echo "the job $job has $(running) of 8 tasks running" >&2
  exit 1
}

await_running
mapfile -t workers <"$(ls "$STELLWERK_PID_DIR"/*taskmanager.pid)"
for round in $(seq "$rounds"); do
  pid="${workers[$(((round - 1) % ${#workers[@]}))]}"
  kill -STOP "$pid"
  sleep "$pause"
  kill -CONT "$pid"
  sleep 2 # what would be lost is lost by then
  echo "round $round: TaskManager $pid stopped for $pause s; false deaths so far $(lost), restarts so far $(restarts)"
done
await_running
deaths="$(lost)" again="$(restarts)"
echo "$rounds rounds of $pause s: $deaths false deaths, $again restarts"
[ "$deaths" = 0 ] && [ "$again" = 0 ]
