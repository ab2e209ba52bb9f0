#!/usr/bin/env bash
# draw-run.sh PAGE FRAGMENT SVG: takes a picture out of a page that TracePage has written (docs/simulation.md, "Reading the page").
# FRAGMENT is what follows the page's '#', with picture=FROM,TO in seconds; needs Chromium ($CHROMIUM, else "chromium").
set -euo pipefail
[ $# = 3 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
page=$(realpath "$1"); fragment=$2; svg=$3
profile=$(mktemp -d); trap 'rm -rf "$profile"' EXIT
"${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update \
  --disable-sync --user-data-dir="$profile" --window-size=1400,900 --virtual-time-budget=5000 --dump-dom "file://$page#$fragment" 2> "$profile/log" \
  | tr -d '\n' | sed 's/.*<body>//; s/<\/body>.*//' | base64 -d > "$svg.new" || { cat "$profile/log" >&2; rm -f "$svg.new"; exit 1; }
mv "$svg.new" "$svg"
