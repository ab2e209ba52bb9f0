#!/usr/bin/env bash
# Starts or stops a ZooKeeper server of this installation: start, start-foreground, stop, stop-all.
# Its settings are in conf/zoo.cfg, its data below STELLWERK_DATA_DIR (data by default).
set -euo pipefail
bin="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
. "$bin/config.sh"
. "$bin/process.sh"
parse_dynamic "$@"
init_environment
verb="${REST_ARGS[0]:-}"
[ "${#REST_ARGS[@]}" -le 1 ] || die "Unknown argument '${REST_ARGS[1]}'. Usage: zookeeper.sh start | start-foreground | stop"
[ -r "$STELLWERK_CONF_DIR/zoo.cfg" ] || die "No ZooKeeper configuration at $STELLWERK_CONF_DIR/zoo.cfg."
run_verbs zookeeper ZooKeeper org.stellwerk.dist.ZooKeeperServerRunner "$verb" "$STELLWERK_CONF_DIR/zoo.cfg"
