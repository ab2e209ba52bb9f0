#!/usr/bin/env bash
# A whole cluster in containers: three ZooKeeper servers, two JobManagers, three TaskManagers.
#   cluster-docker.sh build | start [TASKMANAGERS] | status | stellwerk ARGS… | stop [--purge]
# build makes the image of this installation (start does if there is none); stellwerk is the command line in a JobManager's
# container; stop --purge removes the data, too.
# Environment: STELLWERK_REST_PORT (8081), STELLWERK_REST_PORT_2 (8082), STELLWERK_SLOTS (2), STELLWERK_IMAGE (stellwerk:latest),
# STELLWERK_BASE_IMAGE (eclipse-temurin:17-jre), STELLWERK_ZOOKEEPER_IMAGE (zookeeper:3.9), COMPOSE_PROJECT_NAME (stellwerk-cluster).
set -uo pipefail

bin="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
home="$(dirname "$bin")"
file="$home/docker/docker-compose.cluster.yml"
project="${COMPOSE_PROJECT_NAME:-stellwerk-cluster}"
. "$bin/docker.sh"
image=${STELLWERK_IMAGE:-stellwerk:latest}
ports=("${STELLWERK_REST_PORT:-8081}" "${STELLWERK_REST_PORT_2:-8082}")
wait_seconds=120
without="bin/start-cluster.sh starts a cluster of processes"

build() {
  output=$(docker build -f "$home/docker/Dockerfile" -t "$image" \
    --build-arg "BASE_IMAGE=${STELLWERK_BASE_IMAGE:-eclipse-temurin:17-jre}" "$home" 2>&1) ||
    fail "the image could not be built: $(last_line "$output")"
}

# What the cluster says about itself, by either JobManager; empty if none answers.
overview() {
  local port body
  for port in "${ports[@]}"; do
    body="$(timeout 3 bash -c "exec 3<>/dev/tcp/localhost/$port &&
      printf 'GET /overview HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3 && cat <&3" 2>/dev/null | tail -n 1)"
    if [[ "$body" == *'"taskmanagers":'* ]]; then
      echo "$body"
      return
    fi
  done
}

registered() {
  sed -n 's/.*"taskmanagers":\([0-9]*\).*/\1/p' <<<"$1"
}

case ${1:-} in
build)
  need_engine "$without"
  build
  echo "Built $image."
  ;;
start)
  need_engine "$without"
  taskmanagers="${2:-3}"
  [[ "$taskmanagers" =~ ^[1-9][0-9]?$ ]] || fail "'$taskmanagers' is not a number of TaskManagers"
  docker image inspect "$image" >/dev/null 2>&1 || build
  output=$(compose up -d --scale "taskmanager=$taskmanagers" 2>&1) || fail "the containers could not be started: $(last_line "$output")"
  for ((i = 0; i < wait_seconds * 2; i++)); do
    body="$(overview)"
    if [ "$(registered "$body")" = "$taskmanagers" ]; then
      echo "The cluster serves at http://localhost:${ports[0]} and http://localhost:${ports[1]}: $taskmanagers TaskManagers, $(sed -n 's/.*"slots-total":\([0-9]*\).*/\1/p' <<<"$body") slots."
      exit 0
    fi
    sleep 0.5
  done
  fail "the cluster is not complete within $wait_seconds s (it says: ${body:-nothing}); see: docker-compose -p $project -f $file logs"
  ;;
status)
  need_engine "$without"
  compose ps
  body="$(overview)"
  [ -n "$body" ] || fail "no JobManager answers at the ports ${ports[*]}"
  echo "$body"
  ;;
stellwerk)
  need_engine "bin/stellwerk needs none"
  shift
  for service in jobmanager-1 jobmanager-2; do
    if is_running "$service"; then
      compose exec -T "$service" bin/stellwerk "$@"
      exit
    fi
  done
  fail "no JobManager's container runs"
  ;;
stop)
  need_engine "$without"
  volumes=()
  [ "${2:-}" != --purge ] || volumes=(-v)
  output=$(compose down ${volumes[@]+"${volumes[@]}"} 2>&1) || fail "$(last_line "$output")"
  echo "The containers are gone${volumes:+, and their data}."
  ;;
*)
  echo "Usage: cluster-docker.sh build | start [TASKMANAGERS] | status | stellwerk ARGS… | stop [--purge]" >&2
  exit 2
  ;;
esac
