/** What an issue or pull request comes to, by the definitions of spec velodrome 8.3 and 8.4. Pure; times in seconds. */
import { isBot } from "./bots.ts";
import { type Act, actsOf } from "./acts.ts";
import { type Deed, deedsOf } from "./deed.ts";
import { commandsIn } from "./commands.ts";
import { roundsOf } from "./rounds.ts";

export interface ItemIssue {
  readonly number: number;
  readonly is_pr: number;
  readonly user: string;
  readonly labels: readonly string[];
  readonly state: string;
  readonly created: number;
  readonly closed: number | null;
}
export interface ItemPull {
  readonly draft: number;
  readonly merged: number | null;
}
export interface ItemEvent {
  readonly actor: string | null;
  readonly event: string;
  readonly label: string | null;
  /** Of `review_requested`: who was asked. */
  readonly detail: string | null;
  readonly at: number;
}
export interface ItemComment {
  readonly review: number;
  readonly user: string;
  readonly body: string;
  readonly at: number;
}
export interface ItemReview {
  readonly user: string;
  readonly commit: string;
  readonly at: number;
}

/** Everything of one issue or pull request, each list in the order of its times. */
export interface Item {
  readonly issue: ItemIssue;
  readonly pull: ItemPull | null;
  readonly events: readonly ItemEvent[];
  readonly comments: readonly ItemComment[];
  readonly reviews: readonly ItemReview[];
}

/** A row of `pr_fact` (src/store/schema.ts), but for its repository. */
export interface Fact {
  readonly number: number;
  readonly is_pr: 0 | 1;
  readonly author: string;
  readonly author_bot: 0 | 1;
  readonly opened: number;
  readonly closed: number | null;
  readonly merged: number | null;
  readonly draft: 0 | 1;
  readonly first_response: number | null;
  readonly responder: string | null;
  readonly first_review: number | null;
  readonly first_lgtm: number | null;
  readonly last_lgtm: number | null;
  readonly first_approved: number | null;
  readonly last_other: number | null;
  readonly size: string;
  readonly sigs: readonly string[];
  readonly labels: readonly string[];
  readonly rounds: readonly number[];
  readonly rebases: number;
  readonly retests: number;
  readonly flaky: number;
}

/** Automation that acts in the author's name, and what GitHub does by itself, comes at once. */
const AUTOMATIC_S = 30;
const TELLING = /^(?:lgtm$|approved$|do-not-merge|needs-|release-note-label-needed$|lifecycle\/|priority\/|triage\/)/;

/** The fact of an item, and what people did on it. */
export function factOf(item: Item): { readonly fact: Fact; readonly deeds: readonly Deed[] } {
  const { issue, pull, events } = item;
  const { number, user: author, created: opened } = issue;
  const isPull = issue.is_pr === 1;
  const acts = actsOf(item);
  const others = acts.filter(({ by, at }) => by !== author && !isBot(by) && at > opened + AUTOMATIC_S);
  const labelled = (name: string) => events.filter(({ event, label }) => event === "labeled" && label === name);
  const lgtms = labelled("lgtm");
  const closed = closedAt(issue, events);
  const merged = isPull ? (pull?.merged ?? events.find(({ event }) => event === "merged")?.at ?? null) : null;
  const pushes = isPull ? pushesOf(item) : [];
  const retests = isPull ? acts.filter(({ by, body }) => !isBot(by) && commandsIn(body).retest) : [];
  const flaky = unchangedSince(retests, pushes, merged);
  const [first] = others;
  const fact: Fact = {
    number,
    is_pr: isPull ? 1 : 0,
    author,
    author_bot: isBot(author) ? 1 : 0,
    opened,
    closed,
    merged,
    draft: pull?.draft === 1 ? 1 : 0,
    first_response: first?.at ?? null,
    responder: first?.by ?? null,
    first_review: isPull ? (others.find(({ kind }) => kind === "review" || kind === "line-comment")?.at ?? null) : null,
    first_lgtm: lgtms[0]?.at ?? null,
    last_lgtm: lgtms.at(-1)?.at ?? null,
    first_approved: labelled("approved")[0]?.at ?? null,
    last_other: others.at(-1)?.at ?? null,
    size: named(issue.labels, "size/")[0] ?? "none",
    sigs: named(issue.labels, "sig/"),
    labels: [...new Set(issue.labels)].filter((name) => TELLING.test(name)).toSorted(),
    rounds: isPull ? roundsOf(item, others, pushes) : [],
    rebases: events.filter(({ event }) => event === "head_ref_force_pushed").length,
    retests: retests.length,
    flaky: flaky.length,
  };
  return { fact, deeds: deedsOf(item, acts, fact, { retests, flaky }) };
}

function named(labels: readonly string[], prefix: string): readonly string[] {
  const names = labels.filter((name) => name.startsWith(prefix) && name.length > prefix.length);
  return [...new Set(names.map((name) => name.slice(prefix.length)))].toSorted();
}

function closedAt({ state, closed }: ItemIssue, events: readonly ItemEvent[]): number | null {
  if (state !== "closed") return null;
  return closed ?? events.findLast(({ event }) => event === "closed")?.at ?? null;
}

/** When the head changed, as far as the mirror knows: forced pushes, and commits that a review saw first. */
function pushesOf({ events, reviews }: Item): readonly number[] {
  const forced = events.filter(({ event }) => event === "head_ref_force_pushed").map(({ at }) => at);
  const seen = new Set<string>();
  const reviewed: number[] = [];
  for (const { commit, at } of reviews) {
    if (commit === "" || seen.has(commit)) continue;
    if (seen.size > 0) reviewed.push(at);
    seen.add(commit);
  }
  return [...forced, ...reviewed].toSorted((a, b) => a - b);
}

/** Of a head that was merged as it was, whatever failed before did so without reason. */
function unchangedSince(retests: readonly Act[], pushes: readonly number[], merged: number | null): readonly Act[] {
  if (merged === null) return [];
  const last = pushes.findLast((at) => at <= merged) ?? 0;
  return retests.filter(({ at }) => at > last && at <= merged);
}
