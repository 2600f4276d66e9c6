#!/bin/sh
# Relative links in Markdown files lead somewhere.
cd "$(dirname "$0")/.." || exit 1
bad=0
for file in $(find . -name '*.md' | sort); do
  for link in $(grep -o ']([^)#:]*)' "$file" | sed 's/^](//; s/)$//'); do
    if [ -e "$(dirname "$file")/$link" ]; then echo "ok   $file -> $link"; else echo "DEAD $file -> $link"; bad=1; fi
  done
done
words=$(cat README.md docs/*.md | wc -w)
echo "$words words of documentation"
[ -n "$ARTIFACTS" ] && echo "{\"words\": $words}" > "$ARTIFACTS/metadata.json"
exit "$bad"
