#!/usr/bin/env bash
# Common part of the scripts: directories, configuration, the JVM, process ids. Sourced, not run.

STELLWERK_HOME="${STELLWERK_HOME:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)}"
STELLWERK_CONF_DIR="${STELLWERK_CONF_DIR:-$STELLWERK_HOME/conf}"
export STELLWERK_HOME STELLWERK_CONF_DIR

# One line on stderr, exit code 1.
die() {
  echo "$*" >&2
  exit 1
}

[ -r "$STELLWERK_CONF_DIR/config.yaml" ] ||
  die "No configuration at $STELLWERK_CONF_DIR/config.yaml; set STELLWERK_CONF_DIR to the directory that has it."

# "-D key=value" and "-Dkey=value" of the command line; everything else stays in REST_ARGS.
DYNAMIC=()
REST_ARGS=()
parse_dynamic() {
  while [ $# -gt 0 ]; do
    case "$1" in
      -D)
        [ $# -ge 2 ] || die "-D needs key=value."
        DYNAMIC+=("$2")
        shift 2
        ;;
      -D*)
        DYNAMIC+=("${1#-D}")
        shift
        ;;
      *)
        REST_ARGS+=("$1")
        shift
        ;;
    esac
  done
}

# conf_get KEY [DEFAULT]: from -D, else from config.yaml, flat or nested keys alike. The processes
# read and check the file themselves; the scripts need a few keys before there is a JVM.
conf_get() {
  local key="$1" entry value=""
  for entry in ${DYNAMIC[@]+"${DYNAMIC[@]}"}; do
    [ "${entry%%=*}" = "$key" ] && value="${entry#*=}"
  done
  if [ -z "$value" ]; then
    value="$(awk -v wanted="$key" '
      /^[ \t]*(#|$)/ { next }
      {
        line = $0
        match(line, /^ */); indent = RLENGTH
        sub(/^ +/, "", line)
        colon = index(line, ": ")
        if (colon == 0 && line ~ /:[ \t]*$/) { colon = length(line); sub(/[ \t]+$/, "", line); colon = length(line) }
        if (colon == 0) next
        name = substr(line, 1, colon - 1); rest = substr(line, colon + 1)
        while (depth > 0 && indents[depth] >= indent) depth--
        prefix = depth > 0 ? path[depth] "." : ""
        sub(/^[ \t]+/, "", rest); sub(/[ \t]+#.*$/, "", rest); sub(/[ \t]+$/, "", rest)
        if (rest == "") { depth++; indents[depth] = indent; path[depth] = prefix name; next }
        gsub(/^["\047]|["\047]$/, "", rest)
        if (prefix name == wanted) print rest
      }' "$STELLWERK_CONF_DIR/config.yaml" | tail -n 1)"
  fi
  echo "${value:-${2-}}"
}

init_environment() {
  STELLWERK_LOG_DIR="${STELLWERK_LOG_DIR:-$(conf_get env.log.dir "$STELLWERK_HOME/log")}"
  STELLWERK_PID_DIR="${STELLWERK_PID_DIR:-$(conf_get env.pid.dir "$STELLWERK_HOME/run")}"
  STELLWERK_DATA_DIR="${STELLWERK_DATA_DIR:-$STELLWERK_HOME/data}"
  STELLWERK_IDENT="${STELLWERK_IDENT:-${USER:-$(id -un)}}"
  export STELLWERK_LOG_DIR STELLWERK_PID_DIR STELLWERK_DATA_DIR STELLWERK_IDENT
  local dir
  for dir in "$STELLWERK_LOG_DIR" "$STELLWERK_PID_DIR"; do
    mkdir -p "$dir" 2>/dev/null && [ -w "$dir" ] || die "Cannot write to $dir; set STELLWERK_LOG_DIR and STELLWERK_PID_DIR to directories that can be written."
  done

  local java_home
  java_home="$(conf_get env.java.home "${JAVA_HOME:-}")"
  if [ -n "$java_home" ]; then
    JAVA="$java_home/bin/java"
  else
    JAVA="$(command -v java || true)"
  fi
  [ -x "$JAVA" ] || die "No Java found${java_home:+ at $java_home}; install JDK 17 or newer, or set JAVA_HOME."
  # Fewer malloc arenas: a JVM's resident memory stays near what it uses.
  export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"
}

# Bytes of a size such as "512 mb", as -Xmx takes them.
heap_option() {
  local text number unit
  text="$(echo "$1" | tr -d ' ' | tr '[:upper:]' '[:lower:]')"
  number="${text%%[a-z]*}"
  unit="${text#"$number"}"
  case "$unit" in
    ''|b|bytes) echo "$number" ;;
    k|kb) echo "${number}k" ;;
    m|mb) echo "${number}m" ;;
    g|gb) echo "${number}g" ;;
    *) die "'$1' is not a size such as '512 mb'." ;;
  esac
}

# jvm_command ROLE MAIN LOGFILE: the command line in JVM, without the program's arguments.
jvm_command() {
  local role="$1" main="$2" log="$3" opts=()
  # Memory goes back to the system when idle; a small start heap; the shared archive speeds up the start.
  opts+=(-XX:+UseSerialGC -Xss512k -XX:ReservedCodeCacheSize=96m -XX:+ExitOnOutOfMemoryError)
  opts+=(-XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=30 -XX:-UsePerfData -Xlog:disable -Xlog:all=error:stderr)
  case "$role" in
    jobmanager)
      opts+=(-Xms24m "-Xmx$(heap_option "$(conf_get jobmanager.memory.heap.size '512 mb')")")
      opts+=($(conf_get env.java.opts.all) $(conf_get env.java.opts.jobmanager))
      ;;
    taskmanager)
      opts+=(-Xms16m "-Xmx$(heap_option "$(conf_get taskmanager.memory.heap.size '1 gb')")")
      opts+=($(conf_get env.java.opts.all) $(conf_get env.java.opts.taskmanager))
      ;;
    zookeeper)
      opts+=(-Xms16m -Xmx256m -XX:TieredStopAtLevel=1)
      ;;
    client)
      opts+=(-Xms16m -Xmx512m -XX:TieredStopAtLevel=1)
      opts+=($(conf_get env.java.opts.all))
      ;;
  esac
  local archive="$STELLWERK_HOME/lib/stellwerk-$role.jsa"
  [ -r "$archive" ] && opts+=("-XX:SharedArchiveFile=$archive" -Xshare:auto)
  local log_config="$STELLWERK_CONF_DIR/log4j2.properties"
  [ "$role" = client ] && log_config="$STELLWERK_CONF_DIR/log4j2-cli.properties"
  [ "$log" = console ] && log_config="$STELLWERK_CONF_DIR/log4j2-console.properties"
  opts+=("-Dlog4j2.configurationFile=$log_config" "-Dlog.file=$log" -Dlog4j2.disableJmx=true -Dlog4j2.shutdownHookEnabled=false)
  opts+=("-Dstellwerk.home=$STELLWERK_HOME" "-Dstellwerk.conf.dir=$STELLWERK_CONF_DIR" "-Dstellwerk.data.dir=$STELLWERK_DATA_DIR")
  JVM=("$JAVA" "${opts[@]}" -cp "$STELLWERK_HOME/lib/*" "$main")
}

pid_file() {
  echo "$STELLWERK_PID_DIR/stellwerk-$STELLWERK_IDENT-$1.pid"
}

# Whether the process lives and is one of ours, not another one that got its number.
is_alive() {
  kill -0 "$1" 2>/dev/null && tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -q 'org\.stellwerk\.'
}

# The living processes of a role, oldest first.
living_pids() {
  local file pid
  file="$(pid_file "$1")"
  [ -f "$file" ] || return 0
  while read -r pid; do
    [ -n "$pid" ] && is_alive "$pid" && echo "$pid"
  done <"$file"
  return 0
}

# port_open HOST PORT
port_open() {
  (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}

# http_get HOST PORT PATH: the body, or failure; needs nothing but bash.
http_get() {
  local line body=0
  exec 3<>"/dev/tcp/$1/$2" || return 1
  printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$3" "$1" >&3
  while IFS= read -r line || [ -n "$line" ]; do
    if [ "$body" = 1 ]; then
      echo "$line"
    elif [ "$line" = $'\r' ]; then
      body=1
    fi
  done <&3
  exec 3<&- 3>&-
}
