/** Who opened pull requests in a week, and for whom it was the first (spec velodrome 8.3). */
import { sql } from "kysely";
import { analytic, listed } from "./kysely.ts";
import { MOST_A_WEEK } from "./latency.ts";
import { WEEK } from "./weeks.ts";

/** Measures of a week that one query answers; the first one stands for all when they are to be worked out again. */
export const ARRIVALS = ["pr-authors", "pr-new", "pr-episodic"] as const;

const QUARTER_S = 91 * 86_400;
/** Who has opened no more than these is an occasional guest. */
const EPISODIC_PULLS = 12;

const before = sql`FROM pr_fact AS early WHERE early.repository = pr_fact.repository AND early.author = pr_fact.author
  AND early.is_pr = 1 AND (early.opened, early.number) < (pr_fact.opened, pr_fact.number)`;

/** Persons, not pull requests; for all and each SIG. `week`: its Monday. */
export function arrivalsOf(repository: string, week: number) {
  return analytic
    .with("opened", (from) =>
      from
        .selectFrom("pr_fact")
        .select(["author", "sigs", "opened"])
        .select(sql<number | null>`(SELECT max(early.opened) ${before})`.as("last"))
        .select(sql<number>`(SELECT count(*) FROM (SELECT 1 ${before} LIMIT ${sql.lit(EPISODIC_PULLS)}))`.as("earlier"))
        .where("repository", "=", repository)
        .where("opened", ">=", week)
        .where("opened", "<", week + WEEK)
        .where("is_pr", "=", 1)
        .where("author_bot", "=", 0)
        .where("author", "<>", "")
        .limit(MOST_A_WEEK),
    )
    .selectFrom(["opened", listed(sql`json_insert(sigs, '$[#]', '')`).as("of_sig")])
    .select("of_sig.value as sig")
    .select([
      sql<number>`count(DISTINCT author)`.as("pr-authors"),
      sql<number>`count(DISTINCT iif(last IS NULL, author, NULL))`.as("pr-new"),
      sql<number>`count(DISTINCT iif(coalesce(last, 0) < opened - ${sql.lit(QUARTER_S)} AND earlier < ${sql.lit(EPISODIC_PULLS)},
        author, NULL))`.as("pr-episodic"),
    ])
    .groupBy("sig");
}
