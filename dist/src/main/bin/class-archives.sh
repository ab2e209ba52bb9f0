#!/usr/bin/env bash
# Writes the class archives that let the processes start in half the time (lib/stellwerk-*.jsa): runs a
# small cluster and two jobs, kills the leader, and keeps what each JVM has loaded by then, so that a
# standby, too, finds what it needs when it takes over. Ports and directories are its own.
# The build does this. In an installation that was unpacked or moved, or that has another JDK now, the
# first processes write theirs when they are stopped; to have that done before, run this. The archives
# that are there are replaced when all new ones are; if this fails or is interrupted, they stay.
set -euo pipefail
bin="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
home="$(dirname "$bin")"
work="$(mktemp -d "${TMPDIR:-/tmp}/stellwerk-archives.XXXXXX")"
export STELLWERK_CONF_DIR="$work/conf" STELLWERK_LOG_DIR="$work/log" STELLWERK_PID_DIR="$work/run"
export STELLWERK_DATA_DIR="$work/data"
export STELLWERK_ARCHIVE_DIR="$home/lib/archives.new.$$" # on the same disk, to be moved at once
finish() {
  local code=$?
  [ "$code" = 0 ] || tail -n 20 "$work"/out "$work"/log/*.out "$work"/log/*.log >&2 || true
  "$bin/stop-cluster.sh" >/dev/null 2>&1 || true
  rm -rf "$work" "$STELLWERK_ARCHIVE_DIR"
}
trap finish EXIT
mkdir "$STELLWERK_ARCHIVE_DIR"

free_port() { # a port that nothing listens on, of the thousand above $1
  local port
  while :; do
    port=$(($1 + RANDOM % 1000))
    (exec 3<>"/dev/tcp/localhost/$port") 2>/dev/null || { echo "$port"; return; }
  done
}
cp -r "$home/conf" "$work/conf"
zookeeper="$(free_port 20000)"
sed -i "s/2181/$zookeeper/" "$work/conf/zoo.cfg" "$work/conf/config.yaml"
sed -i "s/8081/$(free_port 21000)/; s/6123/$(free_port 22000)/" "$work/conf/config.yaml"
printf 'localhost\n' >"$work/conf/masters"
printf 'localhost\n' >"$work/conf/workers"
printf 'a b a\nc a b\n' >"$work/input"

examples="$home/examples/stellwerk-examples.jar"
"$bin/start-cluster.sh" >"$work/out"
"$bin/stellwerk" run -d -c org.stellwerk.examples.Ticker "$examples" --sources 1 --sinks 1 --interval-ms 10 --output "$work/ticks" >>"$work/out"
leader="$(head -n 1 "$work"/run/stellwerk-*-jobmanager.pid)"
rest="$(free_port 23000)"
"$bin/jobmanager.sh" start -D rest.port="$rest" -D jobmanager.rpc.port="$(free_port 24000)" >>"$work/out"
kill -9 "$leader"
since="$SECONDS"
until timeout 60 "$bin/stellwerk" list -m "localhost:$rest" 2>>"$work/out" | grep -q RUNNING; do
  [ $((SECONDS - since)) -lt 120 ] || { echo "No JobManager took over within 120 s." >&2; exit 1; }
done
STELLWERK_WRITE_CLIENT_ARCHIVE=1 timeout 120 "$bin/stellwerk" run -m "localhost:$rest" -p 1 "$examples" \
  --input "$work/input" --output "$work/output" >>"$work/out"
"$bin/stop-cluster.sh" >>"$work/out"
for archive in "$STELLWERK_ARCHIVE_DIR"/stellwerk-client-*.new; do
  mv "$archive" "${archive%.new}"
done
roles=(zookeeper jobmanager taskmanager client)
for role in "${roles[@]}"; do
  archives=("$STELLWERK_ARCHIVE_DIR/stellwerk-$role-"*.jsa)
  [ -s "${archives[0]}" ] || { echo "The $role did not write its classes." >&2; exit 1; }
done
for role in "${roles[@]}"; do
  archives=("$STELLWERK_ARCHIVE_DIR/stellwerk-$role-"*.jsa)
  mv -f "${archives[0]}" "$home/lib"
  find "$home/lib" -maxdepth 1 -name "stellwerk-$role-*.jsa" ! -name "${archives[0]##*/}" -delete
done
echo "Class archives: $(du -ch "$home"/lib/stellwerk-*.jsa | tail -n 1 | cut -f 1) in $home/lib."
