#!/bin/sh
# The table is well formed: four columns, each pier at most once.
cd "$(dirname "$0")/.." || exit 1
. lib/check.sh
begin data
check "four columns everywhere" "4" "$(awk -F, '{ print NF }' data/ships.csv | sort -u | tr '\n' ' ' | tr -d ' ')"
check "one ship a pier" "" "$(tail -n +2 data/ships.csv | cut -d, -f3 | sort | uniq -d)"
finish
