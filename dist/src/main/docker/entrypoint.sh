#!/usr/bin/env bash
# What a container runs: jobmanager | taskmanager [-D key=value]…, or any command of bin, such as stellwerk.
# Settings: conf/config.yaml (mount another one over it), over it the lines "key: value" of the environment variable
# STELLWERK_PROPERTIES, over these -D.
set -euo pipefail
bin=/opt/stellwerk/bin

properties=()
while IFS= read -r line; do
  line="${line%%#*}"
  line="${line#"${line%%[![:space:]]*}"}"
  line="${line%"${line##*[![:space:]]}"}"
  [ -n "$line" ] || continue
  if [[ "$line" != *": "* ]]; then
    echo "STELLWERK_PROPERTIES has the line '$line'; expected 'key: value'." >&2
    exit 1
  fi
  value="${line#*: }"
  properties+=(-D "${line%%: *}=${value#"${value%%[![:space:]]*}"}")
done <<<"${STELLWERK_PROPERTIES:-}"

role="${1:-help}"
[ $# -eq 0 ] || shift
case "$role" in
jobmanager)
  # Under the container's name the others reach it; clients through whatever port is published.
  exec "$bin/jobmanager.sh" start-foreground -D "jobmanager.rpc.address=$(uname -n)" -D jobmanager.bind-host=0.0.0.0 \
    -D rest.bind-address=0.0.0.0 ${properties[@]+"${properties[@]}"} "$@"
  ;;
taskmanager)
  exec "$bin/taskmanager.sh" start-foreground -D taskmanager.bind-host=0.0.0.0 ${properties[@]+"${properties[@]}"} "$@"
  ;;
help)
  echo "Usage: jobmanager | taskmanager [-D key=value]… | stellwerk ARGS…   (settings: STELLWERK_PROPERTIES, lines 'key: value')"
  ;;
*)
  [ -x "$bin/$role" ] || {
    echo "There is no '$role' here; expected jobmanager, taskmanager, or one of: $(ls "$bin" | tr '\n' ' ')" >&2
    exit 1
  }
  exec "$bin/$role" "$@"
  ;;
esac
