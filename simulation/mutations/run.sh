#!/usr/bin/env bash
# Does the simulator find bugs? Puts each mutation of this directory (or those named) into the
# production code, one at a time, and runs seeds until one fails. Needs a built distribution
# (mvn package -DskipTests); changes nothing in the checkout.
#
#   simulation/mutations/run.sh [--seeds N] [NAME…]
#
# Prints a table row for each: mutation, what noticed it, runs until then, the smallest schedule.
# Exit code 1 if one was not found within the seeds (2000 by default).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
home=$root/dist/target/stellwerk
seeds=2000
if [ "${1:-}" = --seeds ]; then
  seeds=${2:?--seeds needs a number}
  shift 2
fi
[ -d "$home/lib" ] || { echo "There is no $home; build it: mvn package -DskipTests" >&2; exit 2; }
class_path=$(find "$home" -name '*.jar' -not -path '*/examples/*' | sort | tr '\n' ':')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Copies the sources that a mutation touches, changes and compiles them.
mutate() {
  local patch=$1 tree=$2 file
  mkdir -p "$tree/classes"
  grep '^+++ b/' "$patch" | cut -c7- > "$tree/files"
  while read -r file; do
    mkdir -p "$tree/$(dirname "$file")"
    cp "$root/$file" "$tree/$file"
  done < "$tree/files"
  (cd "$tree" && GIT_CEILING_DIRECTORIES=$work git apply "$patch") ||
    { echo "$(basename "$patch") does not fit the code any more; make it anew." >&2; return 1; }
  (cd "$tree" && xargs javac -nowarn -proc:none -d classes -cp "$class_path" < files 2> javac.log) ||
    { cat "$tree/javac.log" >&2; return 1; }
}

# In place of the shell that calls it, which is therefore always a shell of its own.
simulate() {
  local tree=$1
  shift
  exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=4 -cp "$tree/classes:$class_path" \
    org.stellwerk.simulation.run.SimMain "$@"
}

# The first failing seed of so many, and how many runs there were until then.
hunt() {
  local tree=$1 line
  coproc SIM { simulate "$tree" --seeds "$seeds" --save "$tree" 2>&1; }
  local pid=$SIM_PID
  while read -r line <&"${SIM[0]}"; do
    if [[ $line =~ ^Seed\ ([-0-9]+):\ ([^:]+): ]]; then
      echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
      break
    fi
  done 2>/dev/null
  kill -9 "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

missed=0
echo "| mutation | noticed by | seeds until found | smallest schedule |"
echo "|---|---|---|---|"
for patch in "$here"/*.patch; do
  name=$(basename "$patch" .patch)
  if [ $# -gt 0 ] && [[ " $* " != *" ${name#*-} "* && " $* " != *" $name "* ]]; then
    continue
  fi
  tree=$work/$name
  mutate "$patch" "$tree" || { missed=1; continue; }
  what=$(head -n 1 "$patch")
  found=$(hunt "$tree")
  if [ -z "$found" ]; then
    echo "| ${name#*-}: $what | **nothing** | > $seeds | |"
    missed=1
    continue
  fi
  read -r seed kind <<< "$found"
  (simulate "$tree" --seed "$seed" --save "$tree") > "$tree/shrunk.txt" 2>&1 || true
  steps=$(sed -n '/smallest schedule/,/Saved/p' "$tree/shrunk.txt" | grep -E '^ +at ' |
    sed 's/^ *//' | tr '\n' ';' | sed 's/;$//; s/;/; /g' || true)
  echo "| ${name#*-}: $what | $kind | $seed | \`${steps:-no step is needed}\` |"
done
exit "$missed"
