#!/bin/sh
# Usage: harbor.sh list | at <pier> | longest
cd "$(dirname "$0")/.." || exit 1
ships() { tail -n +2 data/ships.csv; }
case "$1" in
  list) ships | cut -d, -f1 ;;
  at) ships | grep ",$2," | cut -d, -f1 ;;
  longest) ships | sort -t, -k4 -n -r | head -n 1 | cut -d, -f1 ;;
  *) echo "usage: harbor.sh list | at <pier> | longest" >&2; exit 2 ;;
esac
