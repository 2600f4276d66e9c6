#!/bin/sh
cd "$(dirname "$0")/.." || exit 1
. lib/check.sh

begin harbor
check "lists every ship" "$(($(wc -l < data/ships.csv) - 1))" "$(sh bin/harbor.sh list | wc -l | tr -d ' ')"
check "finds a ship at its pier" "Bluebell" "$(sh bin/harbor.sh at 3)"
check "finds none at an empty pier" "" "$(sh bin/harbor.sh at 99)"
check "knows the longest" "Carina" "$(sh bin/harbor.sh longest)"
check "explains itself" "2" "$(sh bin/harbor.sh nonsense 2>/dev/null; echo $?)"
finish
