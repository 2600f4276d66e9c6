/** Go's regular expressions, in linear time (spec chatops 1.13). Configuration's patterns never meet the JavaScript engine. */
import { RE2JS } from "re2js";

export interface GoRegExp {
  /** Whether the pattern matches anywhere in the text: Go's patterns are unanchored. */
  test(text: string): boolean;
  /** Every match, leftmost first: the whole, then its groups (empty where one took no part). */
  all(text: string): readonly (readonly string[])[];
}

const compiled = new Map<string, GoRegExp>();
const CACHE_ENTRIES = 20_000;

/** Compiles a Go pattern, flags inline as in `(?mi)`. Throws an Error that names the fault; results are cached. */
export function goRegExp(pattern: string): GoRegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const expression = RE2JS.compile(pattern);
  const made: GoRegExp = { test: (text) => expression.test(text), all: (text) => matches(expression, text) };
  if (compiled.size >= CACHE_ENTRIES) compiled.clear();
  compiled.set(pattern, made);
  return made;
}

function matches(expression: RE2JS, text: string): string[][] {
  const matcher = expression.matcher(text);
  const found: string[][] = [];
  while (matcher.find())
    found.push(Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? ""));
  return found;
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
