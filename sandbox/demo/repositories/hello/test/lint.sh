#!/bin/sh
# Every script parses, has no tabs and no spaces at line ends.
cd "$(dirname "$0")/.." || exit 1
yellow=$(printf '\033[33m'); green=$(printf '\033[32m'); plain=$(printf '\033[0m')
bad=0
for file in $(find . -name '*.sh' | sort); do
  echo "checking $file"
  sh -n "$file" || bad=1
  if grep -n "$(printf '\t')" "$file" || grep -n ' $' "$file"; then
    echo "${yellow}warning:${plain} tabs or spaces at the end of a line in $file"
    bad=1
  fi
done
[ "$bad" -eq 0 ] && echo "${green}clean${plain}"
exit "$bad"
