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

# One script at a time changes the run directory's books of a role: guarded ROLE COMMAND…
guarded() {
  local guard="$STELLWERK_PID_DIR/.$1.guard" tries=0
  shift
  until mkdir "$guard" 2>/dev/null; do
    tries=$((tries + 1))
    # Nobody needs it for as long as that: its script was killed.
    if [ "$tries" -eq 500 ]; then rmdir "$guard" 2>/dev/null || true; fi
    sleep 0.01
  done
  "$@"
  rmdir "$guard"
}

# Whether there is such a process that has not ended: one that has ended, but was not waited for, has
# no command line any more.
exists() {
  kill -0 "$1" 2>/dev/null && grep -qsa . "/proc/$1/cmdline"
}

# Drops the books of processes that are gone, as after a crash of the machine.
sweep() {
  local role="$1" lock pid
  for lock in "$STELLWERK_PID_DIR"/."$role"-*.lock; do
    pid="$(cat "$lock/pid" 2>/dev/null || true)"
    if [ -n "$pid" ] && ! exists "$pid"; then rm -rf "$lock"; fi
  done
  local file kept=()
  file="$(pid_file "$role")"
  [ -f "$file" ] || return 0
  while read -r pid; do
    if [ -n "$pid" ] && exists "$pid"; then kept+=("$pid"); fi
  done <"$file"
  if [ "${#kept[@]}" -gt 0 ]; then printf '%s\n' "${kept[@]}" >"$file"; else rm -f "$file"; fi
}

# A number of its own for a process that starts, in INDEX, and its directory of books in LOCK.
claim_index() {
  sweep "$1"
  INDEX=0
  until mkdir "$STELLWERK_PID_DIR/.$1-$INDEX.lock" 2>/dev/null; do INDEX=$((INDEX + 1)); done
  LOCK="$STELLWERK_PID_DIR/.$1-$INDEX.lock"
  echo "$$" >"$LOCK/pid"
  conf_get rest.port 8081
  echo "$REPLY" >"$LOCK/port"
}

record_pid() {
  echo "$2" >"$LOCK/pid"
  echo "$2" >>"$(pid_file "$1")"
}

# Of ZooKeeper one may run; of JobManagers several, each with a REST port of its own.
refuse_second() {
  local role="$1" title="$2" lock pid
  [ "$role" != taskmanager ] || return 0
  conf_get rest.port 8081
  for lock in "$STELLWERK_PID_DIR"/."$role"-*.lock; do
    pid="$(cat "$lock/pid" 2>/dev/null || true)"
    if [ -n "$pid" ] && is_alive "$pid" "$role"; then
      if [ "$role" = zookeeper ] || [ "$(cat "$lock/port" 2>/dev/null || true)" = "$REPLY" ]; then
        die "A $title of this installation is running already (process $pid); stop it with bin/$role.sh stop."
      fi
    fi
  done
}

# start_process ROLE TITLE MAIN ARGS…: in the background; returns once it serves, or has failed.
start_process() {
  local role="$1" title="$2" main="$3" log out ready pid code=0
  shift 3
  refuse_second "$role" "$title"
  guarded "$role" claim_index "$role"
  log="$STELLWERK_LOG_DIR/stellwerk-$STELLWERK_IDENT-$role-$INDEX-$(uname -n).log"
  out="${log%.log}.out"
  ready="$LOCK/ready"
  if ! : >"$out"; then
    rm -rf "$LOCK"
    die "Cannot write to $out."
  fi
  jvm_command "$role" "$main" "$log"
  setsid nohup "${JVM[@]:0:1}" "-Dstellwerk.ready.file=$ready" "${JVM[@]:1}" "$@" >>"$out" 2>&1 </dev/null &
  pid=$!
  guarded "$role" record_pid "$role" "$pid"
  echo "Starting $title (process $pid, log $log)."
  while [ ! -e "$ready" ]; do
    if ! kill -0 "$pid" 2>/dev/null; then
      wait "$pid" || code=$?
      guarded "$role" sweep "$role"
      print_failure "$out" "$log"
      return "$((code == 0 ? 1 : code))"
    fi
    sleep 0.02
  done
}

# stop_process ROLE TITLE [all]: SIGTERM, then SIGKILL after 30 s. The newest, or all.
stop_process() {
  local role="$1" title="$2" pids pid code=0
  pids="$(living_pids "$role")"
  if [ -z "$pids" ]; then
    guarded "$role" sweep "$role"
    echo "No $title of this installation is running." >&2
    return 1
  fi
  [ "${3:-}" = all ] || pids="$(echo "$pids" | tail -n 1)"
  for pid in $pids; do
    kill "$pid" 2>/dev/null || true
  done
  for pid in $pids; do
    await_end "$role" "$title" "$pid" || code=1
  done
  guarded "$role" sweep "$role"
  return "$code"
}

# await_end ROLE TITLE PID
await_end() {
  local begin="$SECONDS" killed=0
  while is_alive "$3" "$1"; do
    if [ "$killed" = 0 ] && [ $((SECONDS - begin)) -ge 30 ]; then
      echo "$2 (process $3) did not end within 30 s; killing it." >&2
      kill -9 "$3" 2>/dev/null || true
      killed=1
    elif [ $((SECONDS - begin)) -ge 45 ]; then
      echo "$2 (process $3) cannot be killed; see what it waits for." >&2
      return 1
    fi
    sleep 0.05
  done
  echo "Stopped $2 (process $3)."
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
