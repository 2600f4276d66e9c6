/** Plugins around plugins (spec velodrome 1.5). */
import type { EventRow } from "../rows.ts";
import { both, NO_POINTS, type Plugin, type Point } from "./plugin.ts";

/** Says each row to all, and their points in their order. */
export function multiplexer(children: readonly Plugin[]): Plugin {
  const all = (say: (child: Plugin) => readonly Point[]): readonly Point[] => {
    let points = NO_POINTS;
    for (const child of children) points = both(points, say(child));
    return points;
  };
  return {
    issue: (row) => all((child) => child.issue(row)),
    event: (row) => all((child) => child.event(row)),
    comment: (row) => all((child) => child.comment(row)),
    measure(at) {
      const each = children.map((child) => child.measure(at));
      return {
        points: each.flatMap(({ points }) => points),
        fields: each.find(({ fields }) => fields !== null)?.fields ?? null,
      };
    },
    save: () => children.map((child) => child.save()),
    load(saved) {
      if (!Array.isArray(saved) || saved.length !== children.length)
        throw new TypeError("A saved multiplexer is a list of its children");
      for (const [at, child] of children.entries()) child.load(saved[at]);
    },
  };
}

const signed = (points: readonly Point[], author: string | null): readonly Point[] =>
  author === null || points.length === 0
    ? points
    : points.map((point) => ({ ...point, fields: { ...point.fields, author } }));

/** Adds who did it to every point, as a field. An event without an actor stays unsigned. */
export function authorLogger(child: Plugin): Plugin {
  return {
    issue: (row) => signed(child.issue(row), row.user ?? ""),
    event: (row) => signed(child.event(row), row.actor),
    comment: (row) => signed(child.comment(row), row.user ?? ""),
    measure: (at) => child.measure(at),
    save: () => child.save(),
    load: (saved) => child.load(saved),
  };
}

/** Each comment is a `commented` event too. */
export function fakeComment(child: Plugin): Plugin {
  return {
    issue: (row) => child.issue(row),
    event: (row) => child.event(row),
    comment(row) {
      const commented: EventRow = {
        repository: row.repository,
        id: 0,
        issue: row.issue,
        actor: row.user,
        event: "commented",
        label: null,
        assignee: null,
        at: row.at,
      };
      return both(child.comment(row), child.event(commented));
    },
    measure: (at) => child.measure(at),
    save: () => child.save(),
    load: (saved) => child.load(saved),
  };
}
