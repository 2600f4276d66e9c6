/** The latencies of a week's issues or pull requests (spec velodrome 8.3): one Kysely query each, over `pr_fact`. */
import { type RawBuilder, sql } from "kysely";
import { analytic, listed } from "./kysely.ts";
import { WEEK } from "./weeks.ts";

interface Latency {
  /** Seconds of a fact; null: it has none. */
  readonly seconds: RawBuilder<number | null>;
  readonly pulls: boolean;
}

/** More of a week would be more rows than an invocation reads; the busiest weeks that we know of have half of them. */
export const MOST_A_WEEK = 500;

const opened = sql.ref("opened");
/** Without the label, what came in its place. */
const lgtm = sql`coalesce(first_lgtm, first_approved, merged)`;
const span = (from: RawBuilder<unknown>, to: RawBuilder<unknown>): RawBuilder<number | null> =>
  sql`max(0, ${to} - ${from})`;
/** Of what was merged alone: the rest is not at its end. */
const whenMerged = (seconds: RawBuilder<number | null>): RawBuilder<number | null> =>
  sql`iif(merged IS NULL, NULL, ${seconds})`;

/** All by the week in which the item was opened; authors who are bots are left out. */
export const LATENCIES = {
  "issue-response": { seconds: span(opened, sql.ref("first_response")), pulls: false },
  "pr-response": { seconds: span(opened, sql.ref("first_response")), pulls: true },
  "pr-review": { seconds: span(opened, sql.ref("first_review")), pulls: true },
  "pr-round": { seconds: sql`round.value`, pulls: true },
  "pr-lgtm": { seconds: whenMerged(span(opened, lgtm)), pulls: true },
  "pr-approve": {
    seconds: whenMerged(
      sql`iif(first_lgtm IS NULL, 0, ${span(sql.ref("first_lgtm"), sql`coalesce(first_approved, merged)`)})`,
    ),
    pulls: true,
  },
  "pr-approved-merge": {
    seconds: whenMerged(sql`iif(first_approved IS NULL, 0, ${span(sql.ref("first_approved"), sql.ref("merged"))})`),
    pulls: true,
  },
  "pr-merge": { seconds: whenMerged(span(opened, sql.ref("merged"))), pulls: true },
  "issue-close": { seconds: span(opened, sql.ref("closed")), pulls: false },
} satisfies Readonly<Record<string, Latency>>;

export type LatencyName = keyof typeof LATENCIES;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- keys of a literal
export const LATENCY_NAMES = Object.keys(LATENCIES) as readonly LatencyName[];

export interface Group {
  readonly sig: string;
  readonly size: string;
  readonly n: number;
  readonly p15: number;
  readonly p50: number;
  readonly p85: number;
  readonly p95: number;
}

/** Nearest rank: the value that is there, of which at least `percent` % are no greater. Windows would read every row thrice. */
const percentile = (percent: number): RawBuilder<number> =>
  sql`"all" ->> ('$[' || ((${sql.lit(percent)} * n + 99) / 100 - 1) || ']')`;

/** For all, each SIG, each size and each SIG's sizes: those that have any. `week`: its Monday. */
export function latencyOf(repository: string, name: LatencyName, week: number) {
  const { seconds, pulls }: Latency = LATENCIES[name];
  return analytic
    .with("fact", (from) =>
      from
        .selectFrom(["pr_fact", listed(name === "pr-round" ? sql.ref("rounds") : sql`'[0]'`).as("round")])
        .select([seconds.as("v"), "sigs", "size"])
        .where("repository", "=", repository)
        .where("opened", ">=", week)
        .where("opened", "<", week + WEEK)
        .where("is_pr", "=", pulls ? 1 : 0)
        .where("author_bot", "=", 0)
        .limit(MOST_A_WEEK),
    )
    .with("grouped", (from) =>
      from
        .selectFrom([
          "fact",
          listed(sql`json_insert(sigs, '$[#]', '')`).as("of_sig"),
          listed(sql`json_array('', size)`).as("of_size"),
        ])
        .where("v", "is not", null)
        .select(["of_sig.value as sig", "of_size.value as size"])
        .select([sql<number>`count(*)`.as("n"), sql<string>`json_group_array(v ORDER BY v)`.as("all")])
        .groupBy(["of_sig.value", "of_size.value"]),
    )
    .selectFrom("grouped")
    .select(["sig", "size", "n"])
    .select([percentile(15).as("p15"), percentile(50).as("p50"), percentile(85).as("p85"), percentile(95).as("p95")]);
}
