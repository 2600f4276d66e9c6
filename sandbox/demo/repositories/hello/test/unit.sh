#!/bin/sh
cd "$(dirname "$0")/.." || exit 1
. lib/check.sh
. lib/greetings.sh

begin hello
check "greets the world" "Hello, world!" "$(sh bin/hello.sh)"
check "greets by name" "Hello, Ada!" "$(sh bin/hello.sh Ada)"
check "speaks German" "Hallo, Ben!" "$(sh bin/hello.sh Ben de)"
check "speaks Swahili" "Habari, Chidi!" "$(sh bin/hello.sh Chidi sw)"
sleep 1
check "keeps odd names whole" 'Hello, <b>&"!' "$(greet '<b>&"' en)"
check "refuses what it does not speak" "1" "$(greet Ada tlh 2>/dev/null; echo $?)"
finish
