#!/usr/bin/env bash
# Starts the cluster that conf describes: ZooKeeper if it is a local one, the JobManagers of
# conf/masters, the TaskManagers of conf/workers. Returns when the cluster answers and all
# TaskManagers are registered, and says where.
set -euo pipefail
bin="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
. "$bin/config.sh"
. "$bin/process.sh"
. "$bin/cluster.sh"
parse_dynamic "$@"
[ "${#REST_ARGS[@]}" -eq 0 ] || die "Unknown argument '${REST_ARGS[0]}'. Usage: start-cluster.sh [-D key=value]…"
init_environment
check_directories
dynamic_args
read_hosts

started_at="$(date +%s%N)"
if [ -n "$(living_pids jobmanager)$(living_pids taskmanager)" ]; then
  die "The cluster of this installation is running already; stop it with bin/stop-cluster.sh."
fi
check_rest_port_free

failed() {
  trap - INT TERM
  "$bin/stop-cluster.sh" >/dev/null 2>&1 || true
  wait
  "$bin/stop-cluster.sh" >/dev/null 2>&1 || true # what had only begun to start
  rm -rf "$starting"
  exit 1
}

jobs=()
starting="$(mktemp -d "$STELLWERK_PID_DIR/.starting.XXXXXX")"
trap failed INT TERM
if local_zookeeper; then
  if zookeeper_answers; then
    echo "Using the ZooKeeper that runs at $ZK_HOST:$ZK_PORT."
  else
    start_in_background "$bin/zookeeper.sh" start
  fi
fi
start_masters
start_workers
await_started || failed
await_cluster || failed
rm -rf "$starting"
echo "The cluster is up after $(((($(date +%s%N) - started_at) / 1000000))) ms: $OVERVIEW"
echo "REST: http://$REST_HOST:$REST_PORT   submit a job: bin/stellwerk run examples/stellwerk-examples.jar --input FILE --output DIR"
