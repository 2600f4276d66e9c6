/** What a weekly report is made of, from D1: bounded, about 8,000 rows at most. Times in seconds. */
import type { PoolView } from "../../tide/view.ts";
import { listPools } from "../../store/pool-row.ts";
import { stored } from "../../store/stored.ts";
import { MOST_PULLS, type ReportPull, type ReportQueue, type ReportRun, waitsSince, type WeekData } from "./data.ts";
import type { Week } from "./week.ts";

const MOST_OPEN = 800;
const MOST_RUNS = 800;
const OTHER_RUNS = 200;
/** Those that have waited longest are looked at more closely. */
const CLOSELY = 60;

const FACT = `number, author, author_bot AS bot, draft, opened, merged, first_response AS response, last_other AS other,
  flaky, labels FROM pr_fact WHERE repository = ?1 AND is_pr = 1`;
/** Without the index of closed ones the planner would look at every one that was opened since. */
const MERGED = `SELECT ${FACT} AND closed >= ?2 AND closed < ?3 AND merged IS NOT NULL ORDER BY closed LIMIT ${MOST_PULLS}`;
const OPENED = `SELECT ${FACT} AND opened >= ?2 AND opened < ?3 ORDER BY opened LIMIT ${MOST_PULLS}`;
const OPEN = `SELECT ${FACT} AND closed IS NULL LIMIT ${MOST_OPEN}`;
/** An author's first ten tell. */
const NEWCOMERS = `SELECT value AS author FROM json_each(?2) WHERE NOT EXISTS (
  SELECT 1 FROM (SELECT merged FROM pr_fact WHERE repository = ?1 AND author = value AND is_pr = 1 ORDER BY opened LIMIT 10)
  WHERE merged IS NOT NULL)`;
const SILENT = `SELECT number, person, min(week) AS week FROM deed
  WHERE repository = ?1 AND number IN (SELECT value FROM json_each(?2)) AND kind IN ('requested', 'answered')
  GROUP BY number, person HAVING sum(CASE kind WHEN 'requested' THEN n ELSE -n END) > 0 ORDER BY week, number, person LIMIT 100`;
const TITLES = `SELECT number, title FROM mirror_issue WHERE repository = ?1 AND number IN (SELECT value FROM json_each(?2))`;

/** Jobs know a repository as GitHub spells it: names are skipped through, one row for each. */
const SPELLED = `WITH RECURSIVE orgs (org) AS (
  SELECT min(org) FROM prow_job
  UNION ALL SELECT (SELECT min(org) FROM prow_job WHERE org > orgs.org) FROM orgs WHERE orgs.org IS NOT NULL LIMIT 200
), repos (org, repo) AS (
  SELECT org, (SELECT min(repo) FROM prow_job WHERE prow_job.org = orgs.org) FROM orgs WHERE lower(org) = ?1
  UNION ALL SELECT org, (SELECT min(repo) FROM prow_job WHERE prow_job.org = repos.org AND prow_job.repo > repos.repo)
    FROM repos WHERE repo IS NOT NULL LIMIT 500
) SELECT org, repo FROM repos WHERE lower(repo) = ?2`;
const RUN = "job, head_sha AS sha, state, type = 'presubmit' AS presubmit FROM";
const ENDED = "hidden = 0 AND state IN ('success', 'failure', 'error')";
const RUNS = `SELECT ${RUN} (SELECT value AS number FROM json_each(?3)) AS one CROSS JOIN prow_job WHERE org = ?1 AND repo = ?2
  AND pull = one.number
  AND start_time >= ?4 AND start_time < ?5 AND ${ENDED} LIMIT ${MOST_RUNS}`;
const OTHERS = `SELECT ${RUN} prow_job WHERE org = ?1 AND repo = ?2 AND pull IS NULL AND start_time >= ?3 AND start_time < ?4
  AND ${ENDED} LIMIT ${OTHER_RUNS}`;

type FactRow = Omit<ReportPull, "labels"> & { readonly labels: string };

/** Everything of a week of a mirrored repository (`org/repo` in lower case); `at`: now. */
export async function readWeek(db: D1Database, repository: string, week: Week, at: number): Promise<WeekData> {
  const { from, to } = week;
  const facts = async (query: string, ...values: readonly number[]): Promise<readonly ReportPull[]> => {
    const { results } = await db
      .prepare(query)
      .bind(repository, ...values)
      .all<FactRow>();
    return results.map((row) => ({ ...row, labels: stored<string[]>(row.labels) }));
  };
  const [merged, opened, open] = await Promise.all([facts(MERGED, from, to), facts(OPENED, from, to), facts(OPEN)]);
  const longest = open
    .filter(({ bot, draft }) => bot === 0 && draft === 0)
    .toSorted((a, b) => waitsSince(a) - waitsSince(b));
  const closely = longest.slice(0, CLOSELY);
  const recent = longest.toSorted((a, b) => b.opened - a.opened).slice(0, CLOSELY / 2);
  const authors = [...new Set([...recent, ...closely].map(({ author }) => author))].slice(0, CLOSELY);
  const numbers = closely.map(({ number }) => number);
  const [newcomers, silent, runs, queues] = await Promise.all([
    db.prepare(NEWCOMERS).bind(repository, JSON.stringify(authors)).all<{ author: string }>(),
    db.prepare(SILENT).bind(repository, JSON.stringify(numbers)).all<WeekData["silent"][number]>(),
    runsOf(db, repository, week, [...new Set([...merged, ...opened, ...open].map(({ number }) => number))]),
    queuesOf(db, repository),
  ]);
  const shown = [...numbers, ...recent.map(({ number }) => number), ...silent.results.map(({ number }) => number)];
  const titles = await db
    .prepare(TITLES)
    .bind(repository, JSON.stringify([...new Set(shown)]))
    .all<{ number: number; title: string }>();
  return {
    repository,
    week,
    at,
    merged,
    opened,
    open,
    newcomers: newcomers.results.map(({ author }) => author),
    silent: silent.results,
    runs,
    queues,
    titles: Object.fromEntries(titles.results.map(({ number, title }) => [String(number), title])),
  };
}

async function runsOf(
  db: D1Database,
  repository: string,
  { from, to }: Week,
  numbers: readonly number[],
): Promise<readonly ReportRun[]> {
  const place = await db
    .prepare(SPELLED)
    .bind(...repository.split("/"))
    .first<{ org: string; repo: string }>();
  if (place === null) return [];
  const { org, repo } = place;
  const newest = JSON.stringify(numbers.toSorted((a, b) => b - a).slice(0, 2 * MOST_PULLS));
  const range = [from * 1000, to * 1000];
  const [presubmits, others] = await Promise.all([
    db
      .prepare(RUNS)
      .bind(org, repo, newest, ...range)
      .all<ReportRun>(),
    db
      .prepare(OTHERS)
      .bind(org, repo, ...range)
      .all<ReportRun>(),
  ]);
  return [...presubmits.results, ...others.results];
}

async function queuesOf(db: D1Database, repository: string): Promise<readonly ReportQueue[]> {
  const pools = (await listPools(db, { everything: true }, repository)).map((view) => stored<PoolView>(view));
  return pools.map(({ branch, pulls, paused, frozen, error }) => ({
    branch,
    waiting: pulls.filter(({ inPool }) => inPool).length,
    held: paused ? "paused" : frozen === "" ? error : frozen,
  }));
}
