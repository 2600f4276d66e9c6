/** The measures of a repository as a whole: up to when they are, all weeks again, none any more. */
import { used } from "../mirror/save.ts";
import { ARRIVALS } from "./arrival.ts";
import { LATENCY_NAMES } from "./latency.ts";
import { WEEK, weekOf } from "./weeks.ts";

const ROWS_A_STATEMENT = 300;
/** What weeks can be marked for. */
export const MEASURES: readonly string[] = [...LATENCY_NAMES, ARRIVALS[0]];

/** Everything up to `until` (seconds) is in the measures. */
export async function runUntil(db: D1Database, repository: string, until: number): Promise<number> {
  const query = `INSERT INTO measure_run (repository, until) VALUES (?, ?)
    ON CONFLICT DO UPDATE SET until = excluded.until`;
  return used([await db.prepare(query).bind(repository, until).run()]);
}

/** Marks all weeks of a measure since the first item, to be worked out again. `now`: seconds. Answers the rows of D1. */
export async function markAll(db: D1Database, repository: string, measure: string, now: number): Promise<number> {
  const ends = "SELECT min(opened) AS first FROM pr_fact WHERE repository = ?";
  const first = await db.prepare(ends).bind(repository).first<number | null>("first");
  if (first === null) return 1;
  const weeks: number[] = [];
  for (let week = weekOf(first); week < now; week += WEEK) weeks.push(week);
  const query = `INSERT OR IGNORE INTO measure_dirty (repository, measure, week)
    SELECT ?1, ?2, value FROM json_each(?3)`;
  return 1 + used([await db.prepare(query).bind(repository, measure, JSON.stringify(weeks)).run()]);
}

const KEYS = {
  pr_fact: "repository, number",
  deed: "repository, number, week, kind, person",
  measure_dirty: "repository, measure, week",
  measure_week: "repository, measure, sig, size, week",
  person_week: "repository, kind, sig, week, person",
  measure_run: "repository",
} as const;

/** Takes away all that there is of a repository, some at a time. */
export async function forgetMeasures(db: D1Database, repository: string) {
  const statements = Object.entries(KEYS).map(([table, keys]) =>
    db
      .prepare(
        `DELETE FROM ${table} WHERE (${keys}) IN (SELECT ${keys} FROM ${table} WHERE repository = ? LIMIT ${ROWS_A_STATEMENT})`,
      )
      .bind(repository),
  );
  const answers = await db.batch(statements);
  return { more: answers.some(({ meta }) => meta.changes >= ROWS_A_STATEMENT), used: used(answers) };
}
