#!/usr/bin/env bash
# How long clusters take to start, ours and Flink 1.20.1's by turns on one machine, since machines differ.
#   benchmarks/bin/start-compared.sh [ROUNDS]      (default 5; needs an assembled distribution and Maven)
#
# Ours: start-cluster.sh as shipped (ZooKeeper, JobManager, two TaskManagers) until all slots are
# registered. Flink: the JVMs that its scripts would start, from its published jars, with its default
# memory sizes; no ZooKeeper, no dashboard; first the JobManager until REST answers, then one
# TaskManager until it is registered; and all three at once until both TaskManagers are.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
home="${STELLWERK_HOME:-$here/../../dist/target/stellwerk}"
[ -x "$home/bin/start-cluster.sh" ] || { echo "No distribution at $home; run: mvn -q package -DskipTests" >&2; exit 1; }
rounds="${1:-5}"
flink="$here/../peer/target/lib"
[ -d "$flink" ] || mvn -q -f "$here/../peer/pom.xml" dependency:copy-dependencies -DoutputDirectory="$flink"
work="$(mktemp -d)"
export STELLWERK_LOG_DIR="$work/log" STELLWERK_PID_DIR="$work/run" STELLWERK_DATA_DIR="$work/data" STELLWERK_IDENT=bench
pids=()
stop() {
  [ "${#pids[@]}" = 0 ] || kill "${pids[@]}" 2>/dev/null || true
  wait
  pids=()
}
trap 'stop; "$home/bin/stop-cluster.sh" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

port=18181
mkdir -p "$work/conf"
cat >"$work/conf/config.yaml" <<CONF
jobmanager: {rpc: {address: localhost, port: 16123}, bind-host: localhost}
taskmanager: {bind-host: localhost, host: localhost, numberOfTaskSlots: 2}
rest: {address: localhost, port: $port}
CONF
cat >"$work/log4j.properties" <<'CONF'
rootLogger.level = INFO
rootLogger.appenderRef.file.ref = File
appender.file.name = File
appender.file.type = File
appender.file.fileName = ${sys:log.file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
CONF
# What bin/taskmanager.sh computes from taskmanager.memory.process.size: 1728m.
memory=()
for setting in cpu.cores=2.0 memory.network.min=134217730b memory.network.max=134217730b memory.managed.size=536870920b \
  memory.task.heap.size=402653174b memory.task.off-heap.size=0b memory.framework.heap.size=134217728b \
  memory.framework.off-heap.size=134217728b memory.jvm-metaspace.size=268435456b memory.jvm-overhead.min=201326592b \
  memory.jvm-overhead.max=201326592b; do
  memory+=(-D "taskmanager.$setting")
done

start_flink() { # jobmanager | taskmanager N
  local log="$work/flink-$1${2:-}"
  case "$1" in
    jobmanager)
      java -Xms1g -Xmx1g -XX:MaxMetaspaceSize=256m "-Dlog.file=$log.log" "-Dlog4j.configurationFile=file:$work/log4j.properties" \
        -cp "$flink/*" org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint --configDir "$work/conf" \
        >"$log.out" 2>&1 &
      ;;
    taskmanager)
      java -Xms512m -Xmx512m -XX:MaxDirectMemorySize=256m -XX:MaxMetaspaceSize=256m "-Dlog.file=$log.log" \
        "-Dlog4j.configurationFile=file:$work/log4j.properties" -cp "$flink/*" \
        org.apache.flink.runtime.taskexecutor.TaskManagerRunner --configDir "$work/conf" "${memory[@]}" >"$log.out" 2>&1 &
      ;;
  esac
  pids+=($!)
}

await() { # TASKMANAGERS: until so many are registered
  local deadline=$((SECONDS + 120))
  until curl -s -m 1 "localhost:$port/overview" | grep -q "\"taskmanagers\":$1,"; do
    [ "$SECONDS" -lt "$deadline" ] || { echo "Flink did not start; logs:" >&2; tail -n 5 "$work"/flink-*.out >&2; exit 1; }
    sleep 0.02
  done
}

note() { # NAME BEGIN_NANOS: takes down and prints how long it was
  local ms=$((($(date +%s%N) - $2) / 1000000))
  echo "$ms" >>"$work/$1"
  printf '%s %s ms; ' "$1" "$ms"
}

for round in $(seq "$rounds"); do
  printf 'round %s: ' "$round"
  rm -rf "$work/data"
  begin="$(date +%s%N)"
  "$home/bin/start-cluster.sh" >"$work/out"
  note ours "$begin"
  "$home/bin/stop-cluster.sh" >/dev/null

  begin="$(date +%s%N)"
  start_flink jobmanager
  await 0
  note flink-jobmanager "$begin"
  begin="$(date +%s%N)"
  start_flink taskmanager 1
  await 1
  note flink-taskmanager "$begin"
  stop

  begin="$(date +%s%N)"
  start_flink jobmanager
  start_flink taskmanager 1
  start_flink taskmanager 2
  await 2
  note flink-all-at-once "$begin"
  stop
  echo
done
echo "medians of $rounds:"
for name in ours flink-jobmanager flink-taskmanager flink-all-at-once; do
  printf '  %-20s %s ms\n' "$name" "$(sort -n "$work/$name" | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }')"
done
