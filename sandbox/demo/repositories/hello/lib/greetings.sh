# Greetings, one function.

# greet <name> <language>: prints one line, or fails for a language that it does not speak.
greet() {
  case "$2" in
    en) echo "Hello, $1!" ;;
    de) echo "Hallo, $1!" ;;
    sw) echo "Habari, $1!" ;;
    *) echo "greet: no such language: $2" >&2; return 1 ;;
  esac
}
