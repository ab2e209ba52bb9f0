#!/usr/bin/env bash
# What zookeeper-docker.sh and cluster-docker.sh share: the engine and compose. Sourced, not run; the script sets file
# (the compose file) and project (its name).

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose -p "$project" -f "$file" "$@"
  else
    docker-compose -p "$project" -f "$file" "$@"
  fi
}

# need_engine INSTEAD: what there is without Docker.
need_engine() {
  [ -f "$file" ] || fail "there is no $file"
  command -v docker >/dev/null || fail "docker is not installed; $1"
  docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null ||
    fail "docker has no compose; install its compose plugin, or: $1"
  docker info >/dev/null 2>&1 || fail "no container engine answers at ${DOCKER_HOST:-the default socket}; start it, or set DOCKER_HOST"
}

# The last line that a command of compose said, which is why it failed.
last_line() {
  grep -v '^ *$' <<<"$1" | tail -n 1
}

# Whether a container of the service runs.
is_running() {
  [ -n "$(compose ps -q "$1" 2>/dev/null | xargs -r docker inspect -f '{{if .State.Running}}yes{{end}}' 2>/dev/null)" ]
}
