/** Who did what on an issue or pull request, in the order of time. */
import type { Item } from "./fact.ts";

export interface Act {
  readonly kind: "comment" | "line-comment" | "review" | "event";
  readonly by: string;
  readonly at: number;
  /** Of comments. */
  readonly body: string;
  /** Of events that label. */
  readonly label: string;
}

/**
 * Events whose actor did not come here to do them: GitHub names who was mentioned, subscribed or (long ago) assigned, or whose
 * commit elsewhere spoke of it.
 */
const PASSIVE = new Set([
  "assigned",
  "cross-referenced",
  "mentioned",
  "referenced",
  "subscribed",
  "unassigned",
  "unsubscribed",
]);

/** Without those of deleted accounts. */
export function actsOf({ events, comments, reviews }: Item): readonly Act[] {
  const acts: Act[] = [];
  for (const { review, user, body, at } of comments)
    acts.push({ kind: review === 1 ? "line-comment" : "comment", by: user, at, body, label: "" });
  for (const { user, at } of reviews) acts.push({ kind: "review", by: user, at, body: "", label: "" });
  for (const { actor, event, label, at } of events) {
    if (PASSIVE.has(event)) continue;
    acts.push({ kind: "event", by: actor ?? "", at, body: "", label: event === "labeled" ? (label ?? "") : "" });
  }
  return acts.filter(({ by }) => by !== "").toSorted((a, b) => a.at - b.at || (a.kind < b.kind ? -1 : 1));
}
