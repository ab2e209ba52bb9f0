#!/usr/bin/env bash
# Starts and stops one process of a role. Sourced by jobmanager.sh, taskmanager.sh and zookeeper.sh.

# Prints why a process ended: its one line on stderr, else the end of its log.
print_failure() {
  local out="$1" log="$2"
  if [ -s "$out" ]; then
    tail -n 5 "$out" >&2
  elif [ -s "$log" ]; then
    tail -n 5 "$log" >&2
  fi
  echo "See $log for more." >&2
}

# start_process ROLE TITLE MAIN ARGS…: in the background; returns once it serves, or has failed.
start_process() {
  local role="$1" title="$2" main="$3"
  shift 3
  local file index=0 log out ready pid
  file="$(pid_file "$role")"
  local living
  living="$(living_pids "$role")"
  if [ -n "$living" ] && [ "$role" != taskmanager ]; then
    die "A $title of this installation is running already (process $(echo "$living" | tr '\n' ' ')); stop it with bin/$role.sh stop."
  fi
  while :; do
    log="$STELLWERK_LOG_DIR/stellwerk-$STELLWERK_IDENT-$role-$index-$(uname -n).log"
    out="${log%.log}.out"
    # A directory is made by one process only: each start gets an index of its own.
    mkdir "$STELLWERK_PID_DIR/.$role-$index.lock" 2>/dev/null && break
    local owner
    owner="$(cat "$STELLWERK_PID_DIR/.$role-$index.lock/pid" 2>/dev/null || true)"
    if [ -n "$owner" ] && ! is_alive "$owner"; then
      rm -rf "$STELLWERK_PID_DIR/.$role-$index.lock"
      continue
    fi
    index=$((index + 1))
  done
  local lock="$STELLWERK_PID_DIR/.$role-$index.lock"
  ready="$lock/ready"
  : >"$out"
  jvm_command "$role" "$main" "$log"
  setsid nohup "${JVM[@]:0:1}" "-Dstellwerk.ready.file=$ready" "${JVM[@]:1}" "$@" >>"$out" 2>&1 </dev/null &
  pid=$!
  echo "$pid" >"$lock/pid"
  echo "$pid" >>"$file"
  echo "Starting $title (process $pid, log $log)."
  while [ ! -e "$ready" ]; do
    if ! kill -0 "$pid" 2>/dev/null; then
      local code=0
      wait "$pid" || code=$?
      rm -rf "$lock"
      forget_pid "$role" "$pid"
      print_failure "$out" "$log"
      return "$((code == 0 ? 1 : code))"
    fi
    sleep 0.02
  done
}

forget_pid() {
  local file rest
  file="$(pid_file "$1")"
  rest="$(grep -vx "$2" "$file" 2>/dev/null || true)"
  if [ -n "$rest" ]; then echo "$rest" >"$file"; else rm -f "$file"; fi
}

# stop_process ROLE TITLE [all]: SIGTERM, then SIGKILL after 30 s. The newest, or all.
stop_process() {
  local role="$1" title="$2" pids pid
  pids="$(living_pids "$role")"
  if [ -z "$pids" ]; then
    rm -f "$(pid_file "$role")"
    echo "No $title of this installation is running." >&2
    return 1
  fi
  [ "${3:-}" = all ] || pids="$(echo "$pids" | tail -n 1)"
  for pid in $pids; do
    kill "$pid" 2>/dev/null || true
  done
  for pid in $pids; do
    local tries=0
    while is_alive "$pid"; do
      tries=$((tries + 1))
      if [ "$tries" -eq 600 ]; then
        echo "$title (process $pid) did not end within 30 s; killing it." >&2
        kill -9 "$pid" 2>/dev/null || true
      fi
      sleep 0.05
    done
    forget_pid "$role" "$pid"
    local lock
    for lock in "$STELLWERK_PID_DIR"/."$role"-*.lock; do
      [ "$(cat "$lock/pid" 2>/dev/null || true)" = "$pid" ] && rm -rf "$lock"
    done
    echo "Stopped $title (process $pid)."
  done
}

# run_verbs ROLE TITLE MAIN VERB ARGS…
run_verbs() {
  local role="$1" title="$2" main="$3" verb="${4:-}"
  shift 3
  [ $# -gt 0 ] && shift
  case "$verb" in
    start)
      start_process "$role" "$title" "$main" "$@"
      ;;
    start-foreground)
      jvm_command "$role" "$main" console
      exec "${JVM[@]}" "$@"
      ;;
    stop)
      stop_process "$role" "$title"
      ;;
    stop-all)
      stop_process "$role" "$title" all
      ;;
    *)
      die "Usage: $role.sh start | start-foreground | stop | stop-all [-D key=value]…"
      ;;
  esac
}

# The -D of the command line as the processes take them.
dynamic_args() {
  DYNAMIC_ARGS=()
  local entry
  for entry in ${DYNAMIC[@]+"${DYNAMIC[@]}"}; do
    DYNAMIC_ARGS+=(-D "$entry")
  done
}
