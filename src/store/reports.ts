/** Weekly reports in D1, and where they were posted. */

export interface StoredReport {
  readonly repository: string;
  readonly week: string;
  /** JSON; see Report in src/velodrome/reports/view.ts. */
  readonly body: string;
  /** 1: the week was over. It stays as it is. */
  readonly final: number;
  /** Unix seconds. */
  readonly madeAt: number;
}

/** A final one stays. */
export async function saveReport(
  db: D1Database,
  { repository, week, body, final, madeAt }: StoredReport,
): Promise<void> {
  await db
    .prepare(
      `INSERT INTO weekly_report (repository, week, body, final, made_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET body = excluded.body, final = excluded.final, made_at = excluded.made_at WHERE final = 0`,
    )
    .bind(repository, week, body, final, madeAt)
    .run();
}

const COLUMNS = "repository, week, body, final, made_at AS madeAt";

/** Of these repositories, those of a week. */
export async function reportsOf(
  db: D1Database,
  week: string,
  repositories: readonly string[],
): Promise<readonly StoredReport[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM weekly_report WHERE week = ? AND repository IN (SELECT value FROM json_each(?)) ORDER BY repository`,
    )
    .bind(week, JSON.stringify(repositories))
    .all<StoredReport>();
  return results;
}

const WEEKS_SHOWN = 500;

/** Weeks that these repositories have reports of, the latest first. */
export async function reportWeeks(
  db: D1Database,
  repositories: readonly string[],
): Promise<readonly { readonly week: string; readonly repositories: number }[]> {
  const { results } = await db
    .prepare(
      `SELECT week, count(*) AS repositories FROM (SELECT week FROM weekly_report
         WHERE repository IN (SELECT value FROM json_each(?)) ORDER BY week DESC LIMIT 2000)
       GROUP BY week ORDER BY week DESC LIMIT ?`,
    )
    .bind(JSON.stringify(repositories), WEEKS_SHOWN)
    .all<{ week: string; repositories: number }>();
  return results;
}

/** Whether a week's reports were handed to an outbox for this destination. */
export async function wasPosted(db: D1Database, week: string, destination: string): Promise<boolean> {
  const query = db.prepare("SELECT 1 FROM weekly_post WHERE week = ? AND destination = ?");
  return (await query.bind(week, destination).first()) !== null;
}

export async function savePosted(db: D1Database, week: string, destination: string): Promise<void> {
  await db.prepare("INSERT OR IGNORE INTO weekly_post (week, destination) VALUES (?, ?)").bind(week, destination).run();
}
