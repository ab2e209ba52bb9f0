#!/usr/bin/env bash
# The whole thing in one command: starts ZooKeeper, a JobManager and two TaskManagers, counts the
# words of the King James Bible with parallelism 4, shows the most frequent ones, and stops all it
# started. --keep leaves the cluster running.
set -euo pipefail
bin="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
. "$bin/config.sh"
keep=0
for arg in "$@"; do
  case "$arg" in
    --keep) keep=1 ;;
    *) die "Unknown argument '$arg'. Usage: demo.sh [--keep]" ;;
  esac
done
init_environment

work="$(mktemp -d "${TMPDIR:-/tmp}/stellwerk-demo.XXXXXX")"
output="$work/word-count"
export STELLWERK_DATA_DIR="$work/data"
stop() {
  if [ "$keep" = 0 ]; then
    "$bin/stop-cluster.sh" || true
    rm -rf "$work/data"
  fi
}
"$bin/start-cluster.sh" || { rm -rf "$work"; exit 1; }
trap stop EXIT

echo
"$bin/stellwerk" run -p 4 "$STELLWERK_HOME/examples/stellwerk-examples.jar" \
  --input "$STELLWERK_HOME/examples/data/kjv.txt" --output "$output"

echo
echo "The ten most frequent words:"
sort -k2,2nr -k1,1 "$output"/part-* | awk 'NR <= 10 { printf "  %8d  %s\n", $2, $1 }'
echo "Output: $output"
if [ "$keep" = 1 ]; then
  echo "The cluster keeps running; its data is in $work/data. Stop it with $bin/stop-cluster.sh."
fi
echo
