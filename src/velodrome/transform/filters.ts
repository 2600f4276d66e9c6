/** Rows that a metric does not look at (spec velodrome 1.5). */
import { packNumbers, unpackNumbers } from "./numbers.ts";
import { NO_POINTS, type Plugin } from "./plugin.ts";

/** Drops rows of the named authors: an issue of theirs is unknown to what is below. Null actors pass. */
export function authorFilter(ignored: readonly string[], child: Plugin): Plugin {
  const names = new Set(ignored);
  return {
    issue: (row) => (names.has(row.user ?? "") ? NO_POINTS : child.issue(row)),
    event: (row) => (row.actor !== null && names.has(row.actor) ? NO_POINTS : child.event(row)),
    comment: (row) => (names.has(row.user ?? "") ? NO_POINTS : child.comment(row)),
    measure: (at) => child.measure(at),
    save: () => child.save(),
    load: (saved) => child.load(saved),
  };
}

/** Passes what belongs to an issue that it has seen and that is of a wanted type. */
export function typeFilter(
  without: { readonly issues: boolean; readonly pullRequests: boolean },
  child: Plugin,
): Plugin {
  const known = new Set<number>();
  return {
    issue(row) {
      if (row.is_pr ? without.pullRequests : without.issues) return NO_POINTS;
      known.add(row.number);
      return child.issue(row);
    },
    event: (row) => (known.has(row.issue) ? child.event(row) : NO_POINTS),
    comment: (row) => (known.has(row.issue) ? child.comment(row) : NO_POINTS),
    measure: (at) => child.measure(at),
    save: () => [packNumbers(known), child.save()],
    load(saved) {
      const [numbers, below] = pair(saved);
      for (const number of unpackNumbers(numbers)) known.add(number);
      child.load(below);
    },
  };
}

/** What {@link Plugin.save} of a wrapper gave: its own, its child's. */
export function pair(saved: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(saved) || saved.length !== 2) throw new TypeError("A saved wrapper is a pair");
  return [saved[0], saved[1]];
}
