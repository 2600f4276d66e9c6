# A test runner in one file: coloured output, and JUnit for who collects results.
# Usage: begin <suite>; check <name> <expected> <actual>...; finish

green=$(printf '\033[32m'); red=$(printf '\033[31m'); dim=$(printf '\033[2m'); bold=$(printf '\033[1m'); plain=$(printf '\033[0m')

begin() {
  suite=$1; total=0; failed=0; cases=""
  started=$(date +%s)
  echo "${bold}=== $suite${plain}"
}

escape() { printf '%s' "$1" | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' -e 's/"/\&quot;/g'; }

check() {
  total=$((total + 1))
  if [ "$2" = "$3" ]; then
    echo "${green}ok${plain}   $1"
    cases="$cases<testcase classname=\"$suite\" name=\"$(escape "$1")\" time=\"0.01\"/>"
  else
    failed=$((failed + 1))
    echo "${red}FAIL${plain} $1"
    echo "     ${dim}expected:${plain} $2"
    echo "     ${dim}actual:${plain}   $3"
    cases="$cases<testcase classname=\"$suite\" name=\"$(escape "$1")\" time=\"0.01\"><failure message=\"expected $(escape "$2")\">actual $(escape "$3")</failure></testcase>"
  fi
}

finish() {
  seconds=$(($(date +%s) - started))
  if [ -n "$ARTIFACTS" ]; then
    mkdir -p "$ARTIFACTS"
    printf '<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="%s" tests="%d" failures="%d" time="%d">%s</testsuite>\n' \
      "$suite" "$total" "$failed" "$seconds" "$cases" > "$ARTIFACTS/junit_$suite.xml"
  fi
  echo
  if [ "$failed" -eq 0 ]; then echo "${green}${bold}$total passed${plain} in $seconds s"; return 0; fi
  echo "${red}${bold}$failed of $total failed${plain} in $seconds s"
  return 1
}
