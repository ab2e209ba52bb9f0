#!/usr/bin/env bash
# A cluster of its own for a benchmark, in a temporary directory, stopped at the end. Sourced, not run.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
STELLWERK_HOME="${STELLWERK_HOME:-$root/dist/target/stellwerk}"
class_path="${BENCH_CLASSPATH:-$root/benchmarks/target/classes:$(cat "$root/benchmarks/target/classpath.txt" 2>/dev/null || true)}"
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
[ -x "$STELLWERK_HOME/bin/start-cluster.sh" ] || { echo "No distribution at $STELLWERK_HOME; run: mvn -q package -DskipTests" >&2; exit 2; }

# What the jobs' classes are in: the examples, and the one task that the benchmarks add.
benchmark_jars() {
  local own
  own="${BENCH_JAR:-$(ls "$root"/benchmarks/target/benchmarks-*.jar 2>/dev/null | head -n 1 || true)}"
  [ -r "$own" ] || { echo "No jar of the benchmarks in $root/benchmarks/target; run: mvn -q package -DskipTests" >&2; exit 2; }
  jars="$STELLWERK_HOME/examples/stellwerk-examples.jar:$own"
}

# Ends what the benchmark started, the processes that were frozen too.
stop_bench_cluster() {
  local pid
  for pid in $(cat "$work"/run/stellwerk-bench-taskmanager.pid 2>/dev/null); do
    kill -CONT "$pid" 2>/dev/null || true
  done
  "$STELLWERK_HOME/bin/stop-cluster.sh" >/dev/null 2>&1 || true
  if [ -n "${BENCH_KEEP_LOGS:-}" ]; then
    mkdir -p "$BENCH_KEEP_LOGS" && cp "$work"/log/* "$BENCH_KEEP_LOGS"/ 2>/dev/null || true
  fi
  rm -rf "$work"
}

# start_bench_cluster TASKMANAGERS SLOTS: sets port, taskmanagers, slots, jars, work.
start_bench_cluster() {
  taskmanagers="$1"
  slots="$2"
  port="${BENCH_PORT:-18081}"
  benchmark_jars
  work="$(mktemp -d)"
  trap stop_bench_cluster EXIT
  trap 'exit 130' INT TERM
  cp -r "$STELLWERK_HOME/conf" "$work/conf"
  mkdir -p "$work/tmp"
  sed -i -e "s/8081/$port/" -e "s/6123/$((port + 1))/" -e "s/2181/$((port + 2))/" "$work/conf/config.yaml"
  sed -i "s/2181/$((port + 2))/" "$work/conf/zoo.cfg"
  sed -i "s/^taskmanager.numberOfTaskSlots:.*/taskmanager.numberOfTaskSlots: $slots/" "$work/conf/config.yaml"
  echo "io.tmp.dirs: $work/tmp" >>"$work/conf/config.yaml"
  printf '%s\n' "${BENCH_CONF:-}" >>"$work/conf/config.yaml"
  for _ in $(seq "$taskmanagers"); do echo localhost; done >"$work/conf/workers"
  export STELLWERK_HOME STELLWERK_CONF_DIR="$work/conf" STELLWERK_LOG_DIR="$work/log" STELLWERK_PID_DIR="$work/run"
  export STELLWERK_DATA_DIR="$work/data" STELLWERK_IDENT=bench
  mkdir -p "$work/log" "$work/run"
  "$STELLWERK_HOME/bin/start-cluster.sh"
}
