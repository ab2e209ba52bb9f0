#!/usr/bin/env bash
# What leader-kill.sh and leader-rounds.sh share: where things are, and running a class of the
# benchmarks with a network of its own where this can be had. Sourced, not run.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
STELLWERK_HOME="${STELLWERK_HOME:-$root/dist/target/stellwerk}"
class_path="${BENCH_CLASSPATH:-$root/benchmarks/target/classes:$(cat "$root/benchmarks/target/classpath.txt" 2>/dev/null || true)}"
own="${BENCH_JAR:-$(ls "$root"/benchmarks/target/benchmarks-*.jar 2>/dev/null | head -n 1 || true)}"
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
if [ ! -x "$STELLWERK_HOME/bin/jobmanager.sh" ] || [ ! -r "$own" ]; then
  echo "No distribution at $STELLWERK_HOME, or no jar of the benchmarks; run: mvn -q package -DskipTests" >&2
  exit 2
fi

# The first of 40 ports that nothing listens on, so that two runs do not meet.
free_ports() {
  local first port
  while :; do
    first=$((20000 + RANDOM % 250 * 40))
    for port in $(seq "$first" $((first + 39))); do
      if (exec 3<>"/dev/tcp/localhost/$port") 2>/dev/null; then continue 2; fi
    done
    echo "$first"
    return
  done
}
port="${BENCH_PORT:-$(free_ports)}"

# Ends what a run left behind if it was interrupted, and keeps the logs where that is wished.
finish() {
  local file pid
  for file in "$work"/*/run/*/*.pid; do
    [ -r "$file" ] || continue
    for pid in $(cat "$file"); do
      if grep -qsaF -- "$work/" "/proc/$pid/cmdline"; then kill -9 "$pid" 2>/dev/null || true; fi
    done
  done
  if [ -n "${BENCH_KEEP_LOGS:-}" ]; then
    for file in "$work"/*/log; do
      [ -d "$file" ] || continue
      local kept="$BENCH_KEEP_LOGS/$(basename "$(dirname "$file")")"
      mkdir -p "$kept" && cp -r "$file/." "$kept/"
    done
  fi
  rm -rf "$work"
}

# run_isolated CLASS ARGS…: in a network namespace if $own_network is 1, so that hosts can be made in it.
run_isolated() {
  local command=("$java" -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "-Dbenchmark.jars=$STELLWERK_HOME/examples/stellwerk-examples.jar:$own")
  if [ "$own_network" = 1 ]; then
    # Names of namespaces are files: those of this run are in a file system of its own.
    unshare --net --mount sh -c 'mkdir -p /run/netns && mount -t tmpfs none /run/netns && exec "$@"' sh \
      "${command[@]}" -Dbenchmark.own-network=true -cp "$class_path" "$@"
  else
    "${command[@]}" -cp "$class_path" "$@"
  fi
}

# Whether this machine lets us make a network of our own.
can_isolate() {
  [ "$(id -u)" = 0 ] && command -v ip >/dev/null &&
    unshare --net --mount sh -c 'mkdir -p /run/netns && mount -t tmpfs none /run/netns && ip netns add probe && ip link add br0 type bridge' 2>/dev/null
}

work="$(mktemp -d)"
trap finish EXIT
trap 'exit 130' INT TERM
