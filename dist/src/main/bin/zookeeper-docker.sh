#!/usr/bin/env bash
# ZooKeeper in a container instead of the bundled one: zookeeper-docker.sh start | stop [--purge] | status
# Environment: STELLWERK_ZOOKEEPER_PORT (2181), STELLWERK_ZOOKEEPER_IMAGE (zookeeper:3.9).
set -uo pipefail

home="$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"
file=$home/docker/docker-compose.yml
port=${STELLWERK_ZOOKEEPER_PORT:-2181}
wait_seconds=60

fail() {
  echo "zookeeper-docker.sh: $*" >&2
  exit 1
}

compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose -p stellwerk -f "$file" "$@"
  else
    docker-compose -p stellwerk -f "$file" "$@"
  fi
}

# What the server says about itself; empty if none answers.
srvr() {
  timeout 2 bash -c "exec 3<>/dev/tcp/localhost/$port && printf srvr >&3 && cat <&3" 2>/dev/null | tr -d '\0'
}

running() {
  [ -n "$(compose ps -q zookeeper 2>/dev/null | xargs -r docker inspect -f '{{if .State.Running}}yes{{end}}' 2>/dev/null)" ]
}

need_engine() {
  [ -f "$file" ] || fail "there is no $file"
  command -v docker >/dev/null || fail "docker is not installed; bin/zookeeper.sh start runs the bundled ZooKeeper without it"
  docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null ||
    fail "docker has no compose; install its compose plugin, or use bin/zookeeper.sh start"
  docker info >/dev/null 2>&1 || fail "no container engine answers at ${DOCKER_HOST:-the default socket}; start it, or set DOCKER_HOST"
}

case ${1:-} in
start)
  need_engine
  running && fail "ZooKeeper runs already, at localhost:$port"
  [ -z "$(srvr)" ] || fail "another ZooKeeper answers at localhost:$port already; stop it, or set STELLWERK_ZOOKEEPER_PORT"
  output=$(compose up -d 2>&1) || fail "the container could not be started: $(echo "$output" | grep -v '^ *$' | tail -n 1)"
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
  need_engine
  was_running=no
  running && was_running=yes
  if [ "${2:-}" = --purge ]; then
    output=$(compose down -v 2>&1) || fail "$(echo "$output" | tail -n 1)"
    echo "ZooKeeper and its data are gone."
  else
    [ $was_running = yes ] || fail "no ZooKeeper container of Stellwerk runs"
    output=$(compose down 2>&1) || fail "$(echo "$output" | tail -n 1)"
    echo "ZooKeeper is stopped; its data is kept (stop --purge removes it)."
  fi
  ;;
status)
  need_engine
  running || fail "no ZooKeeper container of Stellwerk runs"
  srvr | grep -E '^(Zookeeper version|Mode):' || fail "the container runs but does not serve at localhost:$port"
  ;;
*)
  echo "Usage: zookeeper-docker.sh start | stop [--purge] | status" >&2
  exit 2
  ;;
esac
