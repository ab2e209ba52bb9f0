#!/usr/bin/env bash
# What scheduling, deployment and heartbeats cost with up to 10,000 TaskExecutors: the real components
# in one thread, on the simulated network.
#   benchmarks/bin/scale.sh                            (needs: mvn -q package -DskipTests)
#   benchmarks/bin/scale.sh deployment|heartbeats TASKEXECUTORS...
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
class_path="${BENCH_CLASSPATH:-$root/benchmarks/target/classes:$(cat "$root/benchmarks/target/classpath.txt" 2>/dev/null || true)}"
run() {
  # shellcheck disable=SC2086
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx4g -XX:+UseSerialGC ${BENCH_JVM:-} -cp "$class_path" \
    -Dlog4j2.configurationFile="$root/dist/src/main/conf/log4j2-simulation.properties" \
    org.stellwerk.benchmarks.scale.ScaleBenchmark "$@"
}
if [ $# -gt 0 ]; then
  run "$@"
else
  run deployment 100 200 500 1000
  run heartbeats 10000
fi
