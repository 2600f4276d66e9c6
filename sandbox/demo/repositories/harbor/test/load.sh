#!/bin/sh
# A minute of work, for watching, aborting and superseding.
yellow=$(printf '\033[33m'); plain=$(printf '\033[0m')
second=0
while [ "$second" -lt 60 ]; do
  second=$((second + 1))
  echo "${yellow}[$second/60]${plain} $((second * 37 % 11)) ships waiting"
  sleep 1
done
