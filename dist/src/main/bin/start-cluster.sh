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
dynamic_args
read_hosts

started_at="$(date +%s%N)"
if [ -n "$(living_pids jobmanager)$(living_pids taskmanager)" ]; then
  die "The cluster of this installation is running already; stop it with bin/stop-cluster.sh."
fi
check_rest_port_free

failed() {
  echo "The cluster could not be started; stopping what was." >&2
  trap - INT TERM
  "$bin/stop-cluster.sh" >/dev/null 2>&1 || true
  exit 1
}

trap failed INT TERM
jobs=()
if local_zookeeper; then
  if zookeeper_answers; then
    echo "Using the ZooKeeper that runs at $ZK_HOST:$ZK_PORT."
  else
    "$bin/zookeeper.sh" start &
    jobs+=($!)
  fi
fi
start_masters
start_workers
for job in "${jobs[@]}"; do
  wait "$job" || failed
done
await_cluster || failed
echo "The cluster is up after $(((($(date +%s%N) - started_at) / 1000000))) ms: $OVERVIEW"
echo "REST: http://$REST_HOST:$REST_PORT   submit a job: bin/stellwerk run examples/stellwerk-examples.jar --input FILE --output DIR"
