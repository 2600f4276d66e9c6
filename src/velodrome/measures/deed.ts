/** What people did on an issue or pull request, by week (spec velodrome 8.3, 8.4): the table `deed`. Bots do not count. */
import type { Act } from "./acts.ts";
import { isBot } from "./bots.ts";
import { commandsIn } from "./commands.ts";
import type { Fact, Item } from "./fact.ts";
import { weekOf } from "./weeks.ts";

/**
 * `pr`, `issue`: opened; `merged`: theirs was; `review`, `line-comment`, `lgtm`, `approve`: on somebody else's; `comment`: of the
 * conversation; `requested`: asked to review, `answered`: and said something afterwards (both in the week of the request);
 * `retest`: asked for tests again; `flaky`: of a head that was merged as it was.
 */
export const DEEDS = [
  "pr",
  "issue",
  "merged",
  "review",
  "line-comment",
  "comment",
  "lgtm",
  "approve",
  "requested",
  "answered",
  "retest",
  "flaky",
] as const;
export type DeedKind = (typeof DEEDS)[number];

export interface Deed {
  readonly week: number;
  readonly kind: DeedKind;
  readonly person: string;
  readonly n: number;
}

interface Again {
  readonly retests: readonly Act[];
  readonly flaky: readonly Act[];
}

/** One for each week, kind and person, in that order. */
export function deedsOf(item: Item, acts: readonly Act[], fact: Fact, again: Again): readonly Deed[] {
  const counts = new Map<string, Deed>();
  const count = (kind: DeedKind, person: string, at: number): void => {
    if (person === "" || isBot(person)) return;
    const week = weekOf(at);
    const key = `${week} ${kind} ${person}`;
    counts.set(key, { week, kind, person, n: (counts.get(key)?.n ?? 0) + 1 });
  };
  const { author, opened, merged } = fact;
  const isPull = fact.is_pr === 1;
  count(isPull ? "pr" : "issue", author, opened);
  if (merged !== null) count("merged", author, merged);
  for (const act of acts) {
    const { kind, by, at } = act;
    if (kind === "comment") count("comment", by, at);
    if (!isPull) continue;
    const { lgtm, approve } = commandsIn(act.body);
    if (by === author) continue;
    if (kind === "review" || kind === "line-comment") count(kind, by, at);
    if (lgtm || act.label === "lgtm") count("lgtm", by, at);
    if (approve || act.label === "approved") count("approve", by, at);
  }
  for (const { by, at } of again.retests) count("retest", by, at);
  for (const { by, at } of again.flaky) count("flaky", by, at);
  if (isPull) requests(item, acts, count);
  const sorted = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, one]) => one);
}

/** One that is asked again before having answered was asked once. */
function requests(item: Item, acts: readonly Act[], count: (kind: DeedKind, person: string, at: number) => void): void {
  const answers = acts.filter(({ kind }) => kind !== "event");
  const open = new Map<string, number>();
  let next = 0;
  const settle = (until: number): void => {
    for (let act = answers[next]; act !== undefined && act.at <= until; act = answers[next]) {
      next += 1;
      const asked = open.get(act.by);
      if (asked === undefined || act.at <= asked) continue;
      count("answered", act.by, asked);
      open.delete(act.by);
    }
  };
  for (const { event, detail, at } of item.events) {
    if (event !== "review_requested" || detail === null) continue;
    settle(at);
    if (open.has(detail)) continue;
    open.set(detail, at);
    count("requested", detail, at);
  }
  settle(Number.POSITIVE_INFINITY);
}
