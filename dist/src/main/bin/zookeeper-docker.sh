#!/usr/bin/env bash
# ZooKeeper in a container instead of the bundled one: zookeeper-docker.sh start | stop [--purge] | status
# Environment: STELLWERK_ZOOKEEPER_PORT (2181), STELLWERK_ZOOKEEPER_IMAGE (zookeeper:3.9).
set -uo pipefail

bin="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
file="$(dirname "$bin")/docker/docker-compose.yml"
project=stellwerk
. "$bin/docker.sh"
port=${STELLWERK_ZOOKEEPER_PORT:-2181}
wait_seconds=60
without="bin/zookeeper.sh start runs the bundled ZooKeeper"

# What the server says about itself; empty if none answers.
srvr() {
  timeout 2 bash -c "exec 3<>/dev/tcp/localhost/$port && printf srvr >&3 && cat <&3" 2>/dev/null | tr -d '\0'
}

case ${1:-} in
start)
  need_engine "$without"
  is_running zookeeper && fail "ZooKeeper runs already, at localhost:$port"
  [ -z "$(srvr)" ] || fail "another ZooKeeper answers at localhost:$port already; stop it, or set STELLWERK_ZOOKEEPER_PORT"
  output=$(compose up -d 2>&1) || fail "the container could not be started: $(last_line "$output")"
  for ((i = 0; i < wait_seconds * 5; i++)); do
    if srvr | grep -q '^Mode:'; then
      echo "ZooKeeper serves at localhost:$port. To use it, set in conf/config.yaml:"
      echo "  high-availability.type: zookeeper"
      echo "  high-availability.zookeeper.quorum: localhost:$port"
      exit 0
    fi
    sleep 0.2
  done
  fail "the container does not serve within $wait_seconds s; see: docker logs $(compose ps -q zookeeper)"
  ;;
stop)
  need_engine "$without"
  was_running=no
  is_running zookeeper && was_running=yes
  if [ "${2:-}" = --purge ]; then
    output=$(compose down -v 2>&1) || fail "$(last_line "$output")"
    echo "ZooKeeper and its data are gone."
  else
    [ $was_running = yes ] || fail "no ZooKeeper container of Stellwerk runs"
    output=$(compose down 2>&1) || fail "$(last_line "$output")"
    echo "ZooKeeper is stopped; its data is kept (stop --purge removes it)."
  fi
  ;;
status)
  need_engine "$without"
  is_running zookeeper || fail "no ZooKeeper container of Stellwerk runs"
  srvr | grep -E '^(Zookeeper version|Mode):' || fail "the container runs but does not serve at localhost:$port"
  ;;
*)
  echo "Usage: zookeeper-docker.sh start | stop [--purge] | status" >&2
  exit 2
  ;;
esac
