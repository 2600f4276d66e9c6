#!/bin/sh
# A tide comes and goes: some seconds of output to watch.
cd "$(dirname "$0")/.." || exit 1
. lib/check.sh
cyan=$(printf '\033[36m')
mkdir -p "${ARTIFACTS:=/tmp/harbor-artifacts}"
begin tides
for hour in 0 1 2 3 4 5; do
  level=$((hour * (6 - hour)))
  bar=$(printf '%*s' "$level" '' | tr ' ' '#')
  echo "${cyan}$hour h${plain} $bar"
  echo "$hour,$level" >> "$ARTIFACTS/tides.csv"
  sleep 1
done
check "the tide is highest at noon" "3" "$(sort -t, -k2 -n -r "$ARTIFACTS/tides.csv" | head -n 1 | cut -d, -f1)"
check "every ship has a pier" "" "$(tail -n +2 data/ships.csv | grep ',,')"
git log -1 --format='at %h: %s' > "$ARTIFACTS/commit.txt" && cat "$ARTIFACTS/commit.txt"
finish
