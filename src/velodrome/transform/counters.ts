/** The two counters (spec velodrome 1.5): a point for each event or comment that matches. */
import { type GoRegExp, goRegExp } from "../../config/goregexp.ts";
import { type Description, matches } from "./description.ts";
import { FORGETFUL, NO_POINTS, NO_TAGS, nothing, type Plugin } from "./plugin.ts";

export function eventCounter(wanted: Description): Plugin {
  return {
    issue: nothing,
    event: (row) =>
      matches(wanted, row.event, row.label) ? [{ at: row.at, tags: NO_TAGS, fields: { event: 1 } }] : NO_POINTS,
    comment: nothing,
    ...FORGETFUL,
  };
}

const ALWAYS: Pick<GoRegExp, "test"> = { test: () => true };
/** Patterns that need no engine: they match every text. */
const matcher = (pattern: string): Pick<GoRegExp, "test"> => (/^(\.\*)?$/.test(pattern) ? ALWAYS : goRegExp(pattern));

/** One point for each pattern that matches. Throws for a pattern that Go would not compile. */
export function commentCounter(patterns: readonly string[]): Plugin {
  const matchers = patterns.map(matcher);
  return {
    issue: nothing,
    event: nothing,
    comment(row) {
      if (matchers.length === 0) return NO_POINTS;
      const found = matchers.filter((one) => one.test(row.body));
      return found.map(() => ({ at: row.at, tags: NO_TAGS, fields: { comment: 1 } }));
    },
    ...FORGETFUL,
  };
}
