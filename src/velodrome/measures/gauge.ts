/** What is open at an instant, how old and what it waits for (spec velodrome 8.3, 8.4), by SIG. */
import { type RawBuilder, sql } from "kysely";
import { analytic, listed } from "./kysely.ts";

const DAY = 86_400;
/** Counts add up, so a large repository's are made in pieces. */
const ITEMS_AT_ONCE = 800;

const labelled = (pattern: string): RawBuilder<number> =>
  sql`EXISTS (SELECT 1 FROM json_each(labels) WHERE value GLOB ${pattern})`;

export interface Gauge {
  readonly name: string;
  /** Seconds since it was opened. */
  readonly older?: number;
  /** Seconds since somebody else than its author did something. */
  readonly idle?: number;
  /** A label that it has; `*` at the end for any that begins so. */
  readonly label?: string;
  /** A label that it lacks. */
  readonly without?: string;
}

const IDLE: readonly Gauge[] = [14, 30, 90].map((days) => ({ name: `idle-${days}d`, idle: days * DAY }));
export const PULL_GAUGES: readonly Gauge[] = [
  { name: "open" },
  ...[10, 30, 60, 90, 365].map((days) => ({ name: `open-${days}d`, older: days * DAY })),
  ...IDLE,
  { name: "unapproved", without: "approved" },
  { name: "no-lgtm", without: "lgtm" },
  { name: "release-note", label: "release-note-label-needed" },
  { name: "needs-ok", label: "needs-ok-to-test" },
  { name: "needs-rebase", label: "needs-rebase" },
  { name: "held", label: "do-not-merge*" },
];
export const ISSUE_GAUGES: readonly Gauge[] = [
  { name: "open" },
  ...[30, 90, 365].map((days) => ({ name: `open-${days}d`, older: days * DAY })),
  ...IDLE,
  { name: "no-priority", without: "priority/*" },
  { name: "urgent", label: "priority/critical-urgent" },
  { name: "rotten", label: "lifecycle/rotten" },
];

/** As they are called in `measure_week`. */
export const gaugeName = (pulls: boolean, { name }: Gauge): string => `${pulls ? "pr" : "issue"}-${name}`;

function holds({ older, idle, label, without }: Gauge, now: number): RawBuilder<unknown> {
  if (older !== undefined) return sql`opened < ${now - older}`;
  if (idle !== undefined) return sql`coalesce(last_other, opened) < ${now - idle}`;
  if (label !== undefined) return labelled(label);
  return without === undefined ? sql`true` : sql`NOT ${labelled(without)}`;
}

/** Those of the next open items after number `after`: for each SIG and each gauge a number, and the last item looked at. */
export function gaugesOf(repository: string, pulls: boolean, after: number, now: number) {
  const gauges = pulls ? PULL_GAUGES : ISSUE_GAUGES;
  return analytic
    .with("item", (from) =>
      from
        .selectFrom("pr_fact")
        .select(["number", "sigs"])
        .select(gauges.map((gauge) => sql<number>`${holds(gauge, now)}`.as(gauge.name)))
        .where("repository", "=", repository)
        .where("is_pr", "=", pulls ? 1 : 0)
        .where("closed", "is", null)
        .where("author_bot", "=", 0)
        .where("number", ">", after)
        .orderBy("number")
        .limit(ITEMS_AT_ONCE),
    )
    .selectFrom(["item", listed(sql`json_insert(sigs, '$[#]', '')`).as("of_sig")])
    .select(["of_sig.value as sig", sql<number>`max(number)`.as("last")])
    .select(gauges.map(({ name }) => sql<number>`sum(${sql.ref(`item.${name}`)})`.as(name)))
    .groupBy("sig");
}
