#!/bin/sh
cd "$(dirname "$0")/.." || exit 1
count=$(grep -c over signals.txt)
echo "$count signals"
[ "$count" -ge 2 ]
