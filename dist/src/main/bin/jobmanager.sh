#!/usr/bin/env bash
# Starts or stops a JobManager of this installation: start, start-foreground, stop, stop-all.
# start-foreground replaces this script by the JVM, whose process id is then the script's.
set -euo pipefail
bin="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
. "$bin/config.sh"
. "$bin/process.sh"
parse_dynamic "$@"
init_environment
dynamic_args
verb="${REST_ARGS[0]:-}"
[ "${#REST_ARGS[@]}" -le 1 ] || die "Unknown argument '${REST_ARGS[1]}'. Usage: jobmanager.sh start | start-foreground | stop | stop-all [-D key=value]…"
run_verbs jobmanager JobManager org.stellwerk.dist.StandaloneSessionClusterEntrypoint "$verb" ${DYNAMIC_ARGS[@]+"${DYNAMIC_ARGS[@]}"}
