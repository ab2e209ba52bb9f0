#!/usr/bin/env bash
# Starts and stops one process of a role. Sourced by jobmanager.sh, taskmanager.sh and zookeeper.sh.

# print_failure TITLE CODE OUT LOG: why a process ended, which it says itself in one line if it can.
print_failure() {
  if ! grep "^$1 could not start: " "$3" >&2; then
    grep . "$3" | tail -n 5 >&2 || true
    echo "$1 ended with exit code $2 before it served; see $4." >&2
  fi
}

# One script at a time changes the run directory's books of a role: guarded ROLE COMMAND…
guarded() {
  local guard="$STELLWERK_PID_DIR/.$1.guard" tries=0 code=0
  shift
  mkdir -p "$STELLWERK_PID_DIR" 2>/dev/null || die "Cannot make the directory $STELLWERK_PID_DIR; set STELLWERK_PID_DIR to another."
  until mkdir "$guard" 2>/dev/null; do
    tries=$((tries + 1))
    # Nobody needs it for as long as that: its script was killed.
    if [ "$tries" -eq 500 ]; then rmdir "$guard" 2>/dev/null || true; fi
    [ "$tries" -lt 1000 ] || die "Cannot make $guard; is $STELLWERK_PID_DIR a directory that can be written?"
    sleep 0.01
  done
  "$@" || code=$?
  rmdir "$guard"
  return "$code"
}

# Whether there is such a process that has not ended: one that has ended, but was not waited for, has
# no command line any more.
exists() {
  kill -0 "$1" 2>/dev/null && grep -qsa . "/proc/$1/cmdline"
}

# Drops the books of processes that are gone, as after a crash of the machine.
sweep() {
  local role="$1" lock pid archive
  for lock in "$STELLWERK_PID_DIR"/."$role"-*.lock; do
    [ -d "$lock" ] || continue
    pid="$(cat "$lock/pid" 2>/dev/null || true)"
    if [ -z "$pid" ] || ! exists "$pid"; then
      archive="$(cat "$lock/archive" 2>/dev/null || true)"
      rm -rf "$lock" ${archive:+"$archive"}
    fi
  done
  local file kept=()
  file="$(pid_file "$role")"
  [ -f "$file" ] || return 0
  while read -r pid; do
    if [ -n "$pid" ] && exists "$pid"; then kept+=("$pid"); fi
  done <"$file"
  if [ "${#kept[@]}" -eq 0 ]; then
    rm -f "$file"
  elif { printf '%s\n' "${kept[@]}" >"$file.new"; } 2>/dev/null; then
    mv "$file.new" "$file"
  else
    rm -f "$file.new" # on a full disk the old list must do: who reads it looks who lives
  fi
}

# A number of its own for a process that starts, in INDEX, and its directory of books in LOCK; fails if
# they cannot be written.
claim_index() {
  sweep "$1"
  INDEX=0
  while LOCK="$STELLWERK_PID_DIR/.$1-$INDEX.lock" && ! mkdir "$LOCK" 2>/dev/null; do
    [ -d "$LOCK" ] || return 1
    INDEX=$((INDEX + 1))
  done
  conf_get rest.port 8081
  if ! { echo "$$" >"$LOCK/pid" && echo "$REPLY" >"$LOCK/port"; } 2>/dev/null; then
    rm -rf "$LOCK"
    return 1
  fi
}

record_pid() {
  echo "$2" >"$LOCK/pid"
  echo "$NEW_ARCHIVE" >"$LOCK/archive"
  echo "$2" >>"$(pid_file "$1")"
}

# new_archive ROLE PID: where the process writes its classes when it ends, if it does.
new_archive() {
  local lock
  for lock in "$STELLWERK_PID_DIR"/."$1"-*.lock; do
    if [ "$(cat "$lock/pid" 2>/dev/null || true)" = "$2" ]; then
      cat "$lock/archive" 2>/dev/null || true
    fi
  done
}

# keep_archive ROLE PID: a process that has ended as asked has written its classes.
keep_archive() {
  local new kept
  new="$(new_archive "$1" "$2")"
  if [ -s "$new" ]; then
    kept="${new%.*.new}"
    mv -f "$new" "$kept"
    find "${new%/*}" -maxdepth 1 -name "stellwerk-$1-*.jsa" ! -name "${kept##*/}" -delete
  fi
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
  check_directories
  refuse_second "$role" "$title"
  jvm_command "$role" "$main" console # a wrong setting ends it here
  guarded "$role" claim_index "$role" || die "Cannot write to $STELLWERK_PID_DIR."
  log="$STELLWERK_LOG_DIR/stellwerk-$STELLWERK_IDENT-$role-$INDEX-$(uname -n).log"
  out="${log%.log}.out"
  ready="$LOCK/ready"
  if ! { : >"$out"; } 2>/dev/null; then
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
      print_failure "$title" "$code" "$out" "$log"
      return "$((code == 0 ? 1 : code))"
    fi
    sleep 0.02
  done
}

# stop_process ROLE TITLE [all]: SIGTERM, then SIGKILL after 30 s, or 90 s where the process writes its
# classes. The newest, or all.
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
  local begin="$SECONDS" killed=0 patience=30
  [ -z "$(new_archive "$1" "$3")" ] || patience=90
  while is_alive "$3" "$1"; do
    if [ "$killed" = 0 ] && [ $((SECONDS - begin)) -ge "$patience" ]; then
      echo "$2 (process $3) did not end within $patience s; killing it." >&2
      kill -9 "$3" 2>/dev/null || true
      killed=1
    elif [ $((SECONDS - begin)) -ge $((patience + 15)) ]; then
      echo "$2 (process $3) cannot be killed; see what it waits for." >&2
      return 1
    fi
    sleep 0.05
  done
  [ "$killed" = 1 ] || guarded "$1" keep_archive "$1" "$3"
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
