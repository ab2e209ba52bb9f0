#!/usr/bin/env bash
# Flink 1.20.1's processes, for what compares us with it: the JVMs that its scripts would start, from its published
# jars, without ZooKeeper and dashboard. Sourced, not run; stop_flink belongs into the trap of who sources it.

peer="$(cd "$(dirname "${BASH_SOURCE[0]}")/../peer" && pwd -P)"
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
flink_pids=()

# prepare_flink DIR SLOTS [LINES]: builds the peer once; settings and logs are in DIR. LINES: more for config.yaml.
prepare_flink() {
  flink_dir="$1" flink_port="${FLINK_PORT:-18181}"
  [ -r "$peer/target/peer.jar" ] || mvn -q -f "$peer/pom.xml" package
  mkdir -p "$flink_dir/conf" "$flink_dir/tmp"
  cat >"$flink_dir/conf/config.yaml" <<CONF
jobmanager: {rpc: {address: localhost, port: $((flink_port + 1))}, bind-host: localhost}
taskmanager: {bind-host: localhost, host: localhost, numberOfTaskSlots: $2}
rest: {address: localhost, port: $flink_port}
io.tmp.dirs: $flink_dir/tmp
${3:-}
CONF
  cat >"$flink_dir/log4j.properties" <<'CONF'
rootLogger.level = INFO
rootLogger.appenderRef.file.ref = File
appender.file.name = File
appender.file.type = File
appender.file.fileName = ${sys:log.file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
CONF
  # What bin/taskmanager.sh computes from taskmanager.memory.process.size: 1728m; network and task heap may be larger.
  flink_network="${FLINK_NETWORK_MB:-128}" flink_heap="${FLINK_TASK_HEAP_MB:-384}"
  flink_memory=()
  local setting
  for setting in cpu.cores=2.0 "memory.network.min=${flink_network}m" "memory.network.max=${flink_network}m" memory.managed.size=512m \
    "memory.task.heap.size=${flink_heap}m" memory.task.off-heap.size=0b memory.framework.heap.size=128m \
    memory.framework.off-heap.size=128m memory.jvm-metaspace.size=256m memory.jvm-overhead.min=192m memory.jvm-overhead.max=192m; do
    flink_memory+=(-D "taskmanager.$setting")
  done
}

start_flink() { # jobmanager | taskmanager N
  local log="$flink_dir/$1${2:-}"
  local options=("-Dlog.file=$log.log" "-Dlog4j.configurationFile=file:$flink_dir/log4j.properties" -XX:MaxMetaspaceSize=256m -cp "$peer/target/lib/*")
  case "$1" in
    jobmanager)
      "$java" -Xms1g -Xmx1g "${options[@]}" org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint \
        --configDir "$flink_dir/conf" >"$log.out" 2>&1 &
      ;;
    taskmanager)
      "$java" "-Xms$((flink_heap + 128))m" "-Xmx$((flink_heap + 128))m" "-XX:MaxDirectMemorySize=$((flink_network + 128))m" "${options[@]}" \
        org.apache.flink.runtime.taskexecutor.TaskManagerRunner --configDir "$flink_dir/conf" "${flink_memory[@]}" >"$log.out" 2>&1 &
      ;;
  esac
  flink_pids+=($!)
}

await_flink() { # TASKMANAGERS: until so many are registered
  local deadline=$((SECONDS + 120))
  until curl -s -m 1 "localhost:$flink_port/overview" | grep -q "\"taskmanagers\":$1,"; do
    [ "$SECONDS" -lt "$deadline" ] || { echo "Flink did not start; logs:" >&2; tail -n 5 "$flink_dir"/*.out "$flink_dir"/*.log >&2; exit 1; }
    sleep 0.02
  done
}

stop_flink() {
  [ "${#flink_pids[@]}" = 0 ] || { kill "${flink_pids[@]}" && wait "${flink_pids[@]}"; } 2>/dev/null || true
  flink_pids=()
}
