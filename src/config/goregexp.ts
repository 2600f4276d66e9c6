/** Go's regular expressions, in linear time (spec chatops 1.13). Configuration's patterns never meet the JavaScript engine. */
import { RE2JS } from "re2js";

export interface GoRegExp {
  /** Whether the pattern matches anywhere in the text: Go's patterns are unanchored. */
  test(text: string): boolean;
}

const compiled = new Map<string, GoRegExp>();
const CACHE_ENTRIES = 20_000;

/** Compiles a Go pattern, flags inline as in `(?mi)`. Throws an Error that names the fault; results are cached. */
export function goRegExp(pattern: string): GoRegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const expression = RE2JS.compile(pattern);
  const made: GoRegExp = { test: (text) => expression.test(text) };
  if (compiled.size >= CACHE_ENTRIES) compiled.clear();
  compiled.set(pattern, made);
  return made;
}

/** What Go has against a pattern; null when it would compile. */
export function regexFault(pattern: string): string | null {
  try {
    goRegExp(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
