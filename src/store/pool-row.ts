/** Merge pools in D1: which there are, and how each stands. Written behind its object, the newest last. */

import { and, asc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { mergePool } from "./schema.ts";
import { seen, type Sight } from "./sight.ts";

/** A row holds at most this much; a larger pool is looked up at its object. */
const VIEW_CHARS = 500_000;
const HOUR_S = 3600;
const HOUR_MS = HOUR_S * 1000;
const DAY_S = 24 * HOUR_S;

/** Pull requests merged within the hour that began at that time (seconds). */
export interface MergedHour {
  readonly at: number;
  readonly merged: number;
  readonly batched: number;
}

const SAVE = `INSERT INTO merge_pool (name, org, repo, branch, view, updated) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET view = excluded.view, updated = excluded.updated`;
const BUCKET = "INSERT INTO pool_bucket (repository, branch, resolution, at, pulls, most, merged, batched)";
const SIZE = `${BUCKET} VALUES (?1, ?2, ${HOUR_S}, ?3, ?4, ?4, 0, 0)
ON CONFLICT DO UPDATE SET pulls = excluded.pulls, most = max(most, excluded.most)`;
const MERGED = `${BUCKET} VALUES (?1, ?2, ${HOUR_S}, ?3, 0, 0, ?4, ?5)
ON CONFLICT DO UPDATE SET merged = excluded.merged, batched = excluded.batched`;
/** Of the day's hours; the hour before may be of the day before. */
const DAY = `${BUCKET} SELECT repository, branch, ${DAY_S}, ?3, max(pulls), max(most), sum(merged), sum(batched) FROM pool_bucket
WHERE repository = ?1 AND resolution = ${HOUR_S} AND branch = ?2 AND at >= ?3 AND at < ?3 + ${DAY_S} GROUP BY repository, branch
ON CONFLICT DO UPDATE SET pulls = excluded.pulls, most = excluded.most, merged = excluded.merged, batched = excluded.batched`;

/**
 * `name`: `org/repo@branch`. An empty view: there is no pool any more. `inPool`: how many pull requests are; `merged`: of this
 * hour and the one before. `now`: milliseconds.
 */
export async function savePool(
  db: D1Database,
  name: string,
  view: string,
  { inPool, merged }: { readonly inPool: number; readonly merged: readonly MergedHour[] },
  now: number,
): Promise<void> {
  if (view === "") {
    await db.prepare("DELETE FROM merge_pool WHERE name = ?").bind(name).run();
    return;
  }
  const at = name.indexOf("@");
  const [repository, branch] = [name.slice(0, at), name.slice(at + 1)];
  const [org = "", repo = ""] = repository.split("/");
  const hour = Math.floor(now / HOUR_MS) * HOUR_S;
  const days = new Set([hour, ...merged.map((one) => one.at)].map((time) => time - (time % DAY_S)));
  await db.batch([
    db.prepare(SAVE).bind(name, org, repo, branch, view.length > VIEW_CHARS ? "" : view, now),
    db.prepare(SIZE).bind(repository, branch, hour, inPool),
    ...merged.map((one) => db.prepare(MERGED).bind(repository, branch, one.at, one.merged, one.batched)),
    ...[...days].map((day) => db.prepare(DAY).bind(repository, branch, day)),
  ]);
}

const SEEN = 500;

/** `org/repo` in lower case of those with pools that a viewer may see. */
export async function poolRepositories(db: D1Database, sight: Sight): Promise<readonly string[]> {
  const rows = await drizzle(db)
    .selectDistinct({ org: mergePool.org, repo: mergePool.repo })
    .from(mergePool)
    .where(seen(sight, mergePool.org, mergePool.repo))
    .orderBy(asc(mergePool.org), asc(mergePool.repo))
    .limit(SEEN);
  return rows.map(({ org, repo }) => `${org}/${repo}`.toLowerCase());
}

const POOLS_SHOWN = 200;

/** Views (JSON) of the pools that a viewer may see; those of one repository where `full` (`org/repo`) says so. */
export async function listPools(db: D1Database, sight: Sight, full: string | null): Promise<readonly string[]> {
  const [org = "", repo = ""] = (full ?? "").toLowerCase().split("/");
  const here = full === null ? sql`1` : and(eq(mergePool.org, org), eq(mergePool.repo, repo));
  const rows = await drizzle(db)
    .select({ view: mergePool.view })
    .from(mergePool)
    .where(and(seen(sight, mergePool.org, mergePool.repo), here))
    .orderBy(asc(mergePool.name))
    .limit(POOLS_SHOWN);
  return rows.flatMap(({ view }) => (view === "" ? [] : [view]));
}
