/** What the mirror asks of its own tables, some rows at a time: an invocation may use 10,000 rows of D1 at most. */
import { used } from "./save.ts";

/** With their indexes well below the limit. */
const MOVED_AT_ONCE = 200;
const RELABELLED_AT_ONCE = 300;
const MOST_KNOWN = 3000;

/** The lowest number above another, of issues that are there; null: none. */
export async function issueAfter(db: D1Database, repository: string, number: number): Promise<number | null> {
  const query =
    "SELECT number FROM mirror_issue WHERE repository = ? AND number > ? AND gone = 0 ORDER BY number LIMIT 1";
  return await db.prepare(query).bind(repository, number).first<number>("number");
}

/** Numbers that we have between two, both included. */
export async function issuesBetween(db: D1Database, repository: string, from: number, to: number) {
  const query = `SELECT number FROM mirror_issue WHERE repository = ? AND number BETWEEN ? AND ? AND gone = 0
    ORDER BY number LIMIT ${MOST_KNOWN}`;
  const { results } = await db.prepare(query).bind(repository, from, to).all<{ number: number }>();
  return results.map(({ number }) => number);
}

export async function buryIssues(db: D1Database, repository: string, numbers: readonly number[]): Promise<number> {
  if (numbers.length === 0) return 0;
  const query = `UPDATE mirror_issue SET gone = 1 WHERE repository = ? AND gone = 0
    AND number IN (SELECT value FROM json_each(?))`;
  return used([await db.prepare(query).bind(repository, JSON.stringify(numbers)).run()]);
}

/** Gives a label of the issues above `from` another name, or takes it away. Answers where to go on; null: done. */
export async function relabel(
  db: D1Database,
  repository: string,
  label: { readonly from: string; readonly to: string | null },
  from: number,
): Promise<{ readonly next: number | null; readonly rows: number }> {
  const window = `SELECT max(number) AS last, count(*) AS found FROM (SELECT number FROM mirror_issue
    WHERE repository = ? AND number > ? ORDER BY number LIMIT ${RELABELLED_AT_ONCE})`;
  const found = await db.prepare(window).bind(repository, from).first<{ last: number | null; found: number }>();
  if (!found || found.last === null) return { next: null, rows: 0 };
  const query = `UPDATE mirror_issue SET labels =
      (SELECT json_group_array(iif(value = ?3, ?4, value)) FROM json_each(labels) WHERE value <> ?3 OR ?4 IS NOT NULL)
    WHERE repository = ?1 AND number > ?2 AND number <= ?5 AND EXISTS (SELECT 1 FROM json_each(labels) WHERE value = ?3)`;
  const done = await db.prepare(query).bind(repository, from, label.from, label.to, found.last).run();
  return { next: found.found < RELABELLED_AT_ONCE ? null : found.last, rows: used([done]) + found.found };
}

const TABLES = ["mirror_issue", "mirror_pull", "mirror_event", "mirror_comment", "mirror_review"] as const;

/** Rows of a repository's old name get the new one; what webhooks wrote there already stays. True: all have it. */
export async function moveSome(
  db: D1Database,
  from: string,
  to: string,
): Promise<{ readonly done: boolean; readonly rows: number }> {
  for (const table of TABLES) {
    const query = `SELECT rowid AS id FROM ${table} WHERE repository = ? LIMIT ${MOVED_AT_ONCE}`;
    const { results } = await db.prepare(query).bind(from).all<{ id: number }>();
    if (results.length === 0) continue;
    const ids = JSON.stringify(results.map(({ id }) => id));
    const these = "WHERE rowid IN (SELECT value FROM json_each(?1)) AND repository = ?2";
    const rows = used(
      await db.batch([
        db.prepare(`UPDATE OR IGNORE ${table} SET repository = ?3 ${these}`).bind(ids, from, to),
        db.prepare(`DELETE FROM ${table} ${these}`).bind(ids, from),
      ]),
    );
    return { done: false, rows };
  }
  return { done: true, rows: 0 };
}

/** From now on the repository is known by its name of today. */
export async function rememberMove(db: D1Database, from: string, to: string): Promise<void> {
  await db.batch([
    db.prepare("DELETE FROM mirror_moved WHERE repository = ?").bind(to),
    db
      .prepare("INSERT INTO mirror_moved (repository, now) VALUES (?, ?) ON CONFLICT DO UPDATE SET now = excluded.now")
      .bind(from, to),
  ]);
}
