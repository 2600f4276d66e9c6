#!/bin/sh
# Usage: hello.sh [name] [language]
. "$(dirname "$0")/../lib/greetings.sh"
greet "${1:-world}" "${2:-en}"
