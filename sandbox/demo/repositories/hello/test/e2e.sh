#!/bin/sh
# Greets everybody in every language, slowly enough to be watched.
cd "$(dirname "$0")/.." || exit 1
blue=$(printf '\033[34m'); plain=$(printf '\033[0m')
mkdir -p "${ARTIFACTS:=/tmp/hello-artifacts}"
for language in en de sw; do
  for name in Ada Ben Chidi Dana; do
    line=$(sh bin/hello.sh "$name" "$language") || exit 1
    echo "${blue}[$language]${plain} $line"
    echo "$language,$name,$line" >> "$ARTIFACTS/greetings.csv"
    sleep 0.5
  done
done
printf '<!doctype html><title>Greetings</title><h1>Greetings</h1><pre>%s</pre>\n' "$(cat "$ARTIFACTS/greetings.csv")" > "$ARTIFACTS/report.html"
echo "wrote $(wc -l < "$ARTIFACTS/greetings.csv") greetings"
