#!/usr/bin/env bash
# Does a pause of a TaskManager that is shorter than heartbeat.timeout ever cost a task? Each round stops one of
# the TaskManagers (SIGSTOP, SIGCONT; the default timeout is 15 s), and looks afterwards whether it was given up
# and whether a task was started again. Exit code 1 if so.
#   benchmarks/bin/freeze-rounds.sh [ROUNDS] [SECONDS]               under a running job; 100 rounds of 10 s
#   benchmarks/bin/freeze-rounds.sh --deploying [ROUNDS] [SECONDS]   each round submits a job without restarts, and
#       stops a TaskManager while its tasks are being deployed; 20 rounds of 12 s, which no call waits for
# Needs: mvn -q package -DskipTests
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
export BENCH_SLOTS=4
deploying=
if [ "${1:-}" = --deploying ]; then
  deploying=1
  export BENCH_CONF="restart-strategy.type: none"
  shift
  set -- "${1:-20}" "${2:-12}"
fi
. "$here/bench-cluster.sh"
rounds="${1:-100}" pause="${2:-10}"
start_bench_cluster 2 "$BENCH_SLOTS"
jobmanager_log="$(ls "$STELLWERK_LOG_DIR"/*jobmanager*.log | head -n 1)"
mapfile -t workers <"$(ls "$STELLWERK_PID_DIR"/*taskmanager.pid)"

run_job() { # prints its id
  "$STELLWERK_HOME/bin/stellwerk" run -d -m "localhost:$port" -c org.stellwerk.examples.Ticker \
    "$STELLWERK_HOME/examples/stellwerk-examples.jar" --sources 4 --sinks 4 --interval-ms 20 --output "$work/$1" |
    sed -n 's/^Job ID: //p'
}
running() { # of the job: the tasks that run
  curl -s "http://localhost:$port/jobs/overview" | sed 's/{"jid"/\n&/g' | grep "$1" |
    sed -n 's/.*"tasks":{[^}]*"running":\([0-9]*\).*/\1/p'
}
lost() { grep -c 'is gone with its\|is lost with' "$jobmanager_log" || true; }
restarts() { grep -c ': restarting ' "$jobmanager_log" || true; }
await_running() {
  for _ in $(seq 300); do
    [ "$(running "$1")" = 8 ] && return
    sleep 0.1
  done
  echo "the job $1 has $(running "$1") of 8 tasks running" >&2
  exit 1
}
worker() { # of a round
  echo "${workers[$((($1 - 1) % ${#workers[@]}))]}"
}

under_a_job() {
  local job round pid
  job="$(run_job ticks)"
  await_running "$job"
  for round in $(seq "$rounds"); do
    pid="$(worker "$round")"
    kill -STOP "$pid"
    sleep "$pause"
    kill -CONT "$pid"
    sleep 2 # what would be lost is lost by then
    echo "round $round: TaskManager $pid stopped for $pause s; false deaths so far $(lost), restarts so far $(restarts)"
  done
  await_running "$job"
}

deployments() { grep -c ': deploying ' "$jobmanager_log" || true; }

later_attempts() { # of the job
  local vertex
  for vertex in $(curl -s "http://localhost:$port/jobs/$1" | grep -o '"id":"[0-9a-f]*"' | cut -d '"' -f 4); do
    curl -s "http://localhost:$port/jobs/$1/vertices/$vertex" | grep -o '"attempt":[1-9][0-9]*' || true
  done | wc -l
}

while_deploying() {
  local job round pid before client
  for round in $(seq "$rounds"); do
    pid="$(worker "$round")"
    before="$(deployments)"
    run_job "ticks-$round" >"$work/job" &
    client=$!
    while [ "$(deployments)" = "$before" ]; do :; done
    kill -STOP "$pid"
    wait "$client"
    job="$(cat "$work/job")"
    before="$(running "$job")"
    sleep "$pause"
    kill -CONT "$pid"
    await_running "$job"
    later="$((later + $(later_attempts "$job")))"
    "$STELLWERK_HOME/bin/stellwerk" cancel -m "localhost:$port" "$job" >/dev/null
    echo "round $round: TaskManager $pid stopped for $pause s when $before of 8 tasks were running;" \
      "false deaths so far $(lost), restarts so far $(restarts), later attempts so far $later"
  done
}

later=0
if [ -n "$deploying" ]; then while_deploying; else under_a_job; fi
deaths="$(lost)" again="$(restarts)"
echo "$rounds rounds of $pause s: $deaths false deaths, $again restarts, $later later attempts"
[ "$deaths" = 0 ] && [ "$again" = 0 ] && [ "$later" = 0 ]
