#!/usr/bin/env bash
# Stops every TaskManager, JobManager and ZooKeeper that this installation started on its hosts.
set -euo pipefail
bin="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
. "$bin/config.sh"
. "$bin/process.sh"
. "$bin/cluster.sh"
parse_dynamic "$@"
[ "${#REST_ARGS[@]}" -eq 0 ] || die "Unknown argument '${REST_ARGS[0]}'. Usage: stop-cluster.sh"
init_environment
read_hosts

stopped=0
for role in taskmanager jobmanager zookeeper; do
  if [ -n "$(living_pids "$role")" ]; then
    "$bin/$role.sh" stop-all && stopped=1
  else
    guarded "$role" sweep "$role"
  fi
done
stop_remote && stopped=1
[ "$stopped" = 1 ] || die "Nothing to stop: no process of this installation is running."
