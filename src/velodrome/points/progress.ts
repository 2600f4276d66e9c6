/** How far a repository's metrics are: the table `metric_run`. */
import type { Progress } from "./step.ts";

export async function progressOf(db: D1Database, repository: string): Promise<readonly Progress[]> {
  const query = "SELECT metric, definition, generation, shown, seq, until FROM metric_run WHERE repository = ?";
  return (await db.prepare(query).bind(repository).all<Progress>()).results;
}

/** Begins a metric, or begins it anew: readers keep what is shown until that has caught up. */
export async function beginAnew(
  db: D1Database,
  repository: string,
  metric: string,
  definition: string,
): Promise<Progress | null> {
  const query = `INSERT INTO metric_run (repository, metric, definition, generation, shown, seq, until)
    VALUES (?, ?, ?, 1, 0, 0, 0)
    ON CONFLICT DO UPDATE SET definition = excluded.definition, generation = generation + 1, seq = 0, until = 0
    RETURNING metric, definition, generation, shown, seq, until`;
  return await db.prepare(query).bind(repository, metric, definition).first<Progress>();
}
