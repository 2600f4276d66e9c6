/** Merge pools in D1: which there are, and how each stands. Written behind its object, the newest last. */

import { and, asc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { mergePool } from "./schema.ts";
import { seen, type Sight } from "./sight.ts";

/** A row holds at most this much; a larger pool is looked up at its object. */
const VIEW_CHARS = 500_000;

/** `name`: `org/repo@branch`. An empty view: there is no pool any more. */
export async function savePool(db: D1Database, name: string, view: string, now: number): Promise<void> {
  if (view === "") {
    await db.prepare("DELETE FROM merge_pool WHERE name = ?").bind(name).run();
    return;
  }
  const at = name.indexOf("@");
  const [org = "", repo = ""] = name.slice(0, at).split("/");
  await db
    .prepare(
      `INSERT INTO merge_pool (name, org, repo, branch, view, updated) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET view = excluded.view, updated = excluded.updated`,
    )
    .bind(name, org, repo, name.slice(at + 1), view.length > VIEW_CHARS ? "" : view, now)
    .run();
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
