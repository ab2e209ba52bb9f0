#!/usr/bin/env bash
# What start-cluster.sh and stop-cluster.sh share: hosts, the local ZooKeeper, waiting. Sourced.

# read_lines FILE PATTERN WHAT: the lines of a file of conf in LINES, without comments and blanks around
# them; each must be what it should.
read_lines() {
  local file="$STELLWERK_CONF_DIR/$1" line number=0
  LINES=()
  [ -r "$file" ] || die "No $file, the file that names the hosts."
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    line="${line%%#*}"
    line="${line#"${line%%[![:space:]]*}"}"
    line="${line%"${line##*[![:space:]]}"}"
    [ -n "$line" ] || continue
    [[ "$line" =~ ^$2$ ]] || die "Line $number of $file is '${line//[![:print:]]/?}'; expected $3."
    LINES+=("$line")
  done <"$file"
}

# MASTERS: "host[:rest port]" lines; WORKERS: host lines. A host may stand there several times.
read_hosts() {
  local host='[A-Za-z0-9]([A-Za-z0-9._-]*)'
  read_lines masters "$host(:[0-9]{1,5})?" "a host, or host:port"
  MASTERS=(${LINES[@]+"${LINES[@]}"})
  read_lines workers "$host" "a host"
  WORKERS=(${LINES[@]+"${LINES[@]}"})
  [ "${#MASTERS[@]}" -gt 0 ] || die "No JobManager host in $STELLWERK_CONF_DIR/masters."
  [ "${#WORKERS[@]}" -gt 0 ] || die "No TaskManager host in $STELLWERK_CONF_DIR/workers."
  local first="${MASTERS[0]}"
  REST_HOST="${first%%:*}"
  conf_get rest.port 8081
  REST_PORT="$REPLY"
  if [ "$first" != "$REST_HOST" ]; then
    REST_PORT="${first##*:}"
  fi
}

is_local() {
  case "$1" in
    localhost|127.*) return 0 ;;
    *) [ "$1" = "$(uname -n)" ] ;;
  esac
}

# Whether the configuration names a ZooKeeper on this machine; sets ZK_HOST and ZK_PORT.
local_zookeeper() {
  conf_get high-availability.type none
  [ "${REPLY,,}" = zookeeper ] || return 1
  conf_get high-availability.zookeeper.quorum
  local quorum="$REPLY"
  case "$quorum" in
    ''|*,*) return 1 ;;
  esac
  quorum="${quorum%%/*}"
  ZK_HOST="${quorum%%:*}"
  ZK_PORT=2181
  [ "$quorum" = "$ZK_HOST" ] || ZK_PORT="${quorum##*:}"
  is_local "$ZK_HOST"
}

zookeeper_answers() {
  port_open "$ZK_HOST" "$ZK_PORT"
}

check_rest_port_free() {
  if is_local "$REST_HOST" && port_open "$REST_HOST" "$REST_PORT"; then
    die "Port $REST_PORT for REST is taken by another process; stop that, or set another rest.port in $STELLWERK_CONF_DIR/config.yaml and conf/masters."
  fi
}

# on_host HOST SCRIPT VERB: here, or by ssh where the installation is at the same path.
on_host() {
  local host="$1" script="$2" verb="$3"
  shift 3
  if is_local "$host"; then
    "$bin/$script" "$verb" "$@"
  else
    # shellcheck disable=SC2029
    ssh -n -o BatchMode=yes "$host" "STELLWERK_CONF_DIR='$STELLWERK_CONF_DIR' '$STELLWERK_HOME/bin/$script' $verb $(printf '%q ' "$@")"
  fi
}

# start_in_background COMMAND…: what it says on stderr is kept in $starting until it is known to count.
start_in_background() {
  "$@" 2>"$starting/${#jobs[@]}" &
  jobs+=($!)
}

# Whether all have started; prints why the first that has not could not. The others end, or fail, too.
await_started() {
  local i
  for i in "${!jobs[@]}"; do
    wait "${jobs[i]}" || { cat "$starting/$i" >&2; return 1; }
    cat "$starting/$i" >&2
  done
}

start_masters() {
  local master host port args
  for master in "${MASTERS[@]}"; do
    host="${master%%:*}"
    args=(${DYNAMIC_ARGS[@]+"${DYNAMIC_ARGS[@]}"})
    if [ "$master" != "$host" ]; then
      args+=(-D "rest.port=${master##*:}")
      # Several on one host cannot share a port; if the leader publishes its own, any will do.
      conf_get high-availability.type none
      if [ "${REPLY,,}" != none ]; then
        conf_get jobmanager.rpc.port 6123
        args+=(-D "jobmanager.rpc.port=$REPLY,0")
      fi
    fi
    start_in_background on_host "$host" jobmanager.sh start ${args[@]+"${args[@]}"}
  done
}

start_workers() {
  local worker
  for worker in "${WORKERS[@]}"; do
    start_in_background on_host "$worker" taskmanager.sh start ${DYNAMIC_ARGS[@]+"${DYNAMIC_ARGS[@]}"}
  done
}

stop_remote() {
  local host code=1
  for host in $(printf '%s\n' "${MASTERS[@]%%:*}" | sort -u); do
    is_local "$host" || { on_host "$host" jobmanager.sh stop-all && code=0; }
  done
  for host in $(printf '%s\n' "${WORKERS[@]}" | sort -u); do
    is_local "$host" || { on_host "$host" taskmanager.sh stop-all && code=0; }
  done
  return "$code"
}

# Waits until REST answers and every TaskManager is registered; sets OVERVIEW.
await_cluster() {
  local deadline body registered=0
  deadline=$(($(date +%s) + 60))
  while [ "$(date +%s)" -lt "$deadline" ]; do
    body="$(http_get "$REST_HOST" "$REST_PORT" /overview 2>/dev/null || true)"
    registered="$(echo "$body" | sed -n 's/.*"taskmanagers":\([0-9]*\).*/\1/p')"
    if [ "${registered:-0}" -ge "${#WORKERS[@]}" ]; then
      OVERVIEW="$registered TaskManagers, $(echo "$body" | sed -n 's/.*"slots-total":\([0-9]*\).*/\1/p') slots"
      return 0
    fi
    sleep 0.05
  done
  echo "After 60 s ${registered:-0} of ${#WORKERS[@]} TaskManagers are registered; see the logs in $STELLWERK_LOG_DIR." >&2
  return 1
}
