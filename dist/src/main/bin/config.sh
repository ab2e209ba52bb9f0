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

# The keys of config.yaml, flat or nested. The processes read and check the file themselves; the
# scripts need a few keys before there is a JVM.
declare -A CONF=()
load_conf() {
  local key value
  while IFS=$'\t' read -r key value; do
    CONF["$key"]="$value"
  done < <(awk '
    /^[ \t]*(#|$)/ { next }
    {
      line = $0
      match(line, /^ */); indent = RLENGTH
      sub(/^ +/, "", line); sub(/[ \t]+$/, "", line)
      colon = index(line, ": ")
      if (colon == 0 && line ~ /:$/) colon = length(line)
      if (colon == 0) next
      name = substr(line, 1, colon - 1); rest = substr(line, colon + 1)
      while (depth > 0 && indents[depth] >= indent) depth--
      prefix = depth > 0 ? path[depth] "." : ""
      sub(/^[ \t]+/, "", rest); sub(/[ \t]+#.*$/, "", rest); sub(/^#.*$/, "", rest)
      if (rest == "") { depth++; indents[depth] = indent; path[depth] = prefix name; next }
      gsub(/^["\047]|["\047]$/, "", rest)
      print prefix name "\t" rest
    }' "$STELLWERK_CONF_DIR/config.yaml")
}
load_conf

# conf_get KEY [DEFAULT]: from -D, else from config.yaml; the answer is in REPLY.
conf_get() {
  local entry
  REPLY="${CONF["$1"]:-${2-}}"
  for entry in ${DYNAMIC[@]+"${DYNAMIC[@]}"}; do
    if [ "${entry%%=*}" = "$1" ]; then REPLY="${entry#*=}"; fi
  done
}

# can_write DIR: whether files can be made there, on a disk with room; makes the directory.
can_write() {
  local probe="$1/.probe.$$" code=0
  mkdir -p "$1" 2>/dev/null || return 1
  { echo "$$" >"$probe"; } 2>/dev/null || code=1
  rm -f "$probe"
  return "$code"
}

# What a process needs to start; to stop one, a full disk is no obstacle.
check_directories() {
  local dir
  for dir in "$STELLWERK_LOG_DIR" "$STELLWERK_PID_DIR"; do
    can_write "$dir" || die "Cannot write to $dir; make room there, or set STELLWERK_LOG_DIR and STELLWERK_PID_DIR to directories that can be written."
  done
}

# absolute DIR: as it is found again from wherever and however this is called, in REPLY.
absolute() {
  case "$1" in
    /*) REPLY="$1" ;;
    *) REPLY="$PWD/$1" ;;
  esac
  if [ -d "$REPLY" ]; then REPLY="$(cd "$REPLY" && pwd -P)"; fi
}

init_environment() {
  conf_get env.log.dir "$STELLWERK_HOME/log"
  absolute "${STELLWERK_LOG_DIR:-$REPLY}"
  STELLWERK_LOG_DIR="$REPLY"
  conf_get env.pid.dir "$STELLWERK_HOME/run"
  absolute "${STELLWERK_PID_DIR:-$REPLY}"
  STELLWERK_PID_DIR="$REPLY"
  absolute "${STELLWERK_DATA_DIR:-$STELLWERK_HOME/data}"
  STELLWERK_DATA_DIR="$REPLY"
  STELLWERK_IDENT="${STELLWERK_IDENT:-${USER:-$(id -un)}}"
  export STELLWERK_LOG_DIR STELLWERK_PID_DIR STELLWERK_DATA_DIR STELLWERK_IDENT

  local java_home release
  conf_get env.java.home "${JAVA_HOME:-}"
  java_home="$REPLY"
  if [ -n "$java_home" ]; then
    JAVA="$java_home/bin/java"
  else
    JAVA="$(command -v java || true)"
  fi
  [ -x "$JAVA" ] || die "No Java found${java_home:+ at $java_home}; install JDK 17 or newer, or set JAVA_HOME."
  JAVA_BINARY="$(readlink -f "$JAVA")" # the same, whichever link leads to it
  JAVA_RELEASE=17
  release="$(dirname "$(dirname "$JAVA_BINARY")")/release"
  if [ -r "$release" ] && [[ "$(grep '^JAVA_VERSION=' "$release")" =~ \"([0-9]+) ]]; then
    JAVA_RELEASE="${BASH_REMATCH[1]}"
  fi
  [ "$JAVA_RELEASE" -ge 17 ] || die "$JAVA is too old; install JDK 17 or newer, or set JAVA_HOME."
  # Fewer malloc arenas: a JVM's resident memory stays near what it uses.
  export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"
}

# A size such as "512 mb" as -Xmx takes it, in REPLY.
heap_option() {
  local text="${1// /}"
  text="${text,,}"
  local number="${text%%[a-z]*}"
  case "${text#"$number"}" in
    ''|b|bytes) REPLY="$number" ;;
    k|kb) REPLY="${number}k" ;;
    m|mb) REPLY="${number}m" ;;
    g|gb) REPLY="${number}g" ;;
    *) die "'$1' is not a size such as '512 mb'." ;;
  esac
}

# start_heap MB MAX: so much, or MAX, as -Xmx takes it, if that is less; in REPLY.
start_heap() {
  local number="${2%[kmg]}" kb
  REPLY="${1}m"
  [[ "$number" =~ ^[0-9]+$ ]] || return 0 # the JVM will say what it thinks of it
  number=$((10#$number))
  case "$2" in
    *k) kb="$number" ;;
    *m) kb=$((number * 1024)) ;;
    *g) kb=$((number * 1024 * 1024)) ;;
    *) kb=$((number / 1024)) ;;
  esac
  if [ "$kb" -lt $(($1 * 1024)) ]; then REPLY="$2"; fi
}

# More options for the JVM: opts+=(those of a key, split at blanks).
add_opts() {
  conf_get "$1"
  # shellcheck disable=SC2206
  opts+=($REPLY)
}

# class_archive ROLE LOGFILE: the classes of a role as the JVM keeps them, with which a start takes half
# the time. ARCHIVE is of use to this Java with these jars at this place only, hence the number in its
# name. Where there is none, a process in the background writes NEW_ARCHIVE when it ends. All are in lib;
# class-archives.sh has its own elsewhere until it has all of them.
class_archive() {
  local fits directory="${STELLWERK_ARCHIVE_DIR:-$STELLWERK_HOME/lib}"
  fits="$(stat -L -c '%n %s %Y' "$JAVA_BINARY" "$STELLWERK_HOME"/lib/*.jar | cksum)"
  ARCHIVE="$directory/stellwerk-$1-${fits%% *}.jsa"
  NEW_ARCHIVE=""
  [ ! -r "$ARCHIVE" ] && [ -w "$directory" ] || return 0
  if [ "$1" = client ]; then
    [ -z "${STELLWERK_WRITE_CLIENT_ARCHIVE:-}" ] || NEW_ARCHIVE="$ARCHIVE.new"
  elif [ "$2" != console ]; then
    NEW_ARCHIVE="$ARCHIVE.$$.new"
  fi
}

# jvm_command ROLE MAIN LOGFILE: the command line in JVM, without the program's arguments.
jvm_command() {
  local role="$1" main="$2" log="$3" opts=()
  # Memory goes back to the system when idle; no files in /tmp; errors to stderr.
  opts+=(-XX:+UseSerialGC -Xss512k -XX:ReservedCodeCacheSize=96m)
  opts+=(-XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=30 -XX:-UsePerfData -Xlog:disable -Xlog:all=error:stderr)
  # Without memory a process is of no use; its JVM says so and ends with exit code 3. A TaskManager first
  # has to see whose error it is, and tells the JobManager why it ends.
  if [ "$role" != taskmanager ]; then opts+=(-XX:+ExitOnOutOfMemoryError); fi
  # From JDK 24 on libraries that use sun.misc.Unsafe or native code are announced at each start; and that
  # this is switched off, as the JDK's own class archive was made without that.
  if [ "$JAVA_RELEASE" -ge 24 ]; then
    opts+=(--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED -Xlog:cds=off:stderr)
  fi
  # Code that runs a few hundred times at the start is not worth the optimising compiler's time; what
  # is hot for longer gets there all the same, as user code needs it. Saves a third of the start's CPU
  # time and 15 MB. A JobManager runs no user code, and much code seldom: it never does better than with
  # the quick compiler alone, whose code then need not count for the other, which halves its CPU time.
  local tier4=(-XX:Tier4InvocationThreshold=50000 -XX:Tier4MinInvocationThreshold=6000 -XX:Tier4CompileThreshold=150000 -XX:Tier4BackEdgeThreshold=400000)
  # The heap begins with what a burst of work needs: while the old generation has to grow, each step costs
  # a full collection. It takes no memory before it is used, so only the young generation counts at rest.
  case "$role" in
    jobmanager)
      opts+=(-XX:TieredStopAtLevel=1)
      conf_get jobmanager.memory.heap.size '512 mb'
      heap_option "$REPLY"
      opts+=("-Xmx$REPLY")
      start_heap 96 "$REPLY"
      opts+=("-Xms$REPLY")
      add_opts env.java.opts.all
      add_opts env.java.opts.jobmanager
      ;;
    taskmanager)
      opts+=("${tier4[@]}")
      conf_get taskmanager.memory.heap.size '1 gb'
      heap_option "$REPLY"
      opts+=("-Xmx$REPLY" -XX:NewRatio=3)
      start_heap 96 "$REPLY"
      opts+=("-Xms$REPLY")
      add_opts env.java.opts.all
      add_opts env.java.opts.taskmanager
      ;;
    zookeeper)
      opts+=(-Xms16m -Xmx256m -XX:TieredStopAtLevel=1)
      ;;
    client)
      opts+=(-Xms16m -Xmx512m -XX:TieredStopAtLevel=1)
      add_opts env.java.opts.all
      ;;
    simulation)
      # Much code, all of it rather warm than hot: large compilations cost more than their code gains.
      opts+=(-Xmx1g -Xmn256m -XX:FreqInlineSize=60 -XX:InlineSmallCode=800)
      add_opts env.java.opts.all
      ;;
  esac
  if [ "$role" = jobmanager ]; then
    class_archive client "$log"
    opts+=("-Dstellwerk.client.archive=$ARCHIVE") # for the programs that it runs
  fi
  class_archive "$role" "$log"
  if [ -n "$NEW_ARCHIVE" ]; then
    opts+=("-XX:ArchiveClassesAtExit=$NEW_ARCHIVE")
  elif [ -r "$ARCHIVE" ]; then
    opts+=("-XX:SharedArchiveFile=$ARCHIVE" -Xshare:auto)
  fi
  local log_config="$STELLWERK_CONF_DIR/log4j2.properties"
  [ "$role" = client ] && log_config="$STELLWERK_CONF_DIR/log4j2-cli.properties"
  [ "$log" = console ] && log_config="$STELLWERK_CONF_DIR/log4j2-console.properties"
  # The simulator's classes are beside lib, so that no other process looks through them.
  local class_path="$STELLWERK_HOME/lib/*"
  if [ "$role" = simulation ]; then
    log_config="$STELLWERK_CONF_DIR/log4j2-simulation.properties"
    class_path="$class_path:$STELLWERK_HOME/lib/simulation/*"
  fi
  opts+=("-Dlog4j2.configurationFile=$log_config" "-Dlog.file=$log" -Dlog4j2.disableJmx=true -Dlog4j2.shutdownHookEnabled=false)
  opts+=("-Dstellwerk.home=$STELLWERK_HOME" "-Dstellwerk.conf.dir=$STELLWERK_CONF_DIR" "-Dstellwerk.data.dir=$STELLWERK_DATA_DIR")
  JVM=("$JAVA" "${opts[@]}" -cp "$class_path" "$main")
}

pid_file() {
  echo "$STELLWERK_PID_DIR/stellwerk-$STELLWERK_IDENT-$1.pid"
}

# is_alive PID ROLE: whether the process lives and was started as this role from this run directory;
# the number alone may be another's by now.
is_alive() {
  kill -0 "$1" 2>/dev/null && grep -qsaF -- "-Dstellwerk.ready.file=$STELLWERK_PID_DIR/.$2-" "/proc/$1/cmdline"
}

# The living processes of a role, oldest first.
living_pids() {
  local file pid
  file="$(pid_file "$1")"
  [ -f "$file" ] || return 0
  while read -r pid; do
    [ -n "$pid" ] && is_alive "$pid" "$1" && echo "$pid"
  done <"$file"
  return 0
}

# port_open HOST PORT
port_open() {
  (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}

# http_get HOST PORT PATH: the body, or failure; needs nothing but bash. What does not answer for 5 s is
# given up.
http_get() {
  local line body=0
  exec 3<>"/dev/tcp/$1/$2" || return 1
  printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$3" "$1" >&3
  while IFS= read -t 5 -r line || [ -n "$line" ]; do
    if [ "$body" = 1 ]; then
      echo "$line"
    elif [ "$line" = $'\r' ]; then
      body=1
    fi
  done <&3
  exec 3<&- 3>&-
}
