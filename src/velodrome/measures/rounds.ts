/** Rounds of review (spec velodrome 8.4): from a push to the first word of somebody else, without the time it was not ready for one. */
import type { Act } from "./acts.ts";
import type { Item, ItemEvent } from "./fact.ts";

interface Span {
  readonly from: number;
  readonly to: number;
}

const NOT_READY = ["do-not-merge/work-in-progress", "do-not-merge/hold", "needs-rebase"];
const ANSWERS = new Set<Act["kind"]>(["comment", "line-comment", "review"]);

/**
 * Seconds that each answered round waited. It begins when the pull request is opened or, once somebody answered, with the next push;
 * what is pushed while nobody has answered belongs to it. `others`: acts of others than the author, no bots; `pushes`: in order.
 */
export function roundsOf(item: Item, others: readonly Act[], pushes: readonly number[]): readonly number[] {
  const answers = others.filter(({ kind }) => ANSWERS.has(kind));
  const busy = notReady(item);
  const rounds: number[] = [];
  let begun: number | null = item.issue.created;
  let next = 0;
  for (const { at } of answers) {
    for (let push = pushes[next]; push !== undefined && push <= at; push = pushes[next]) {
      begun ??= push;
      next += 1;
    }
    if (begun === null) continue;
    rounds.push(at - begun - overlap(busy, begun, at));
    begun = null;
  }
  return rounds;
}

/** Spans that do not overlap, in order. */
function notReady({ issue, events }: Item): readonly Span[] {
  const spans = [...NOT_READY.flatMap((label) => labelSpans(events, label)), ...draftSpans(issue.created, events)];
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

function labelSpans(events: readonly ItemEvent[], name: string): readonly Span[] {
  const of = events.filter(({ label }) => label === name);
  return spansOf(
    of,
    ({ event }) => event === "labeled",
    ({ event }) => event === "unlabeled",
    null,
  );
}

/** One that became ready without having been made a draft was opened as one. */
function draftSpans(created: number, events: readonly ItemEvent[]): readonly Span[] {
  const of = events.filter(({ event }) => event === "convert_to_draft" || event === "ready_for_review");
  const since = of[0]?.event === "ready_for_review" ? created : null;
  return spansOf(
    of,
    ({ event }) => event === "convert_to_draft",
    ({ event }) => event === "ready_for_review",
    since,
  );
}

function spansOf(
  events: readonly ItemEvent[],
  begins: (event: ItemEvent) => boolean,
  ends: (event: ItemEvent) => boolean,
  already: number | null,
): readonly Span[] {
  const spans: Span[] = [];
  let since = already;
  for (const event of events) {
    if (begins(event)) since ??= event.at;
    if (!ends(event) || since === null) continue;
    spans.push({ from: since, to: event.at });
    since = null;
  }
  if (since !== null) spans.push({ from: since, to: Number.POSITIVE_INFINITY });
  return spans;
}

const overlap = (spans: readonly Span[], from: number, to: number): number =>
  spans.reduce((sum, span) => sum + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0);
