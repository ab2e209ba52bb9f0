#!/usr/bin/env bash
# How long start-cluster.sh takes until REST answers and all slots are registered, and what the idle
# processes keep in memory. Prints one line per round and the median.
#   benchmarks/bin/cluster-start.sh [ROUNDS]      (default 5; needs an assembled distribution)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
home="${STELLWERK_HOME:-$here/../../dist/target/stellwerk}"
[ -x "$home/bin/start-cluster.sh" ] || { echo "No distribution at $home; run: mvn -q package -DskipTests" >&2; exit 1; }
rounds="${1:-5}"
work="$(mktemp -d)"
export STELLWERK_LOG_DIR="$work/log" STELLWERK_PID_DIR="$work/run" STELLWERK_DATA_DIR="$work/data" STELLWERK_IDENT=bench
trap '"$home/bin/stop-cluster.sh" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

rss() { # role: resident MB of each process
  while read -r pid; do
    awk '/^VmRSS:/ { printf " %d", $2 / 1024 }' "/proc/$pid/status"
  done <"$work/run/stellwerk-bench-$1.pid"
}

for round in $(seq "$rounds"); do
  rm -rf "$work/data"
  begin="$(date +%s%N)"
  "$home/bin/start-cluster.sh" >"$work/out"
  end="$(date +%s%N)"
  echo $(((end - begin) / 1000000)) >>"$work/times"
  sleep 5 # idle, so that the figures are those of a cluster at rest
  echo "round $round: $(tail -n 1 "$work/times") ms; idle resident MB: JobManager$(rss jobmanager), TaskManagers$(rss taskmanager), ZooKeeper$(rss zookeeper)"
  "$home/bin/stop-cluster.sh" >/dev/null
done
echo "start to all slots registered, median of $rounds: $(sort -n "$work/times" | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }') ms"
