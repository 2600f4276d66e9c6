/** Works out one week of one measure again; what it gives replaces what was there, in one transaction with the mark that asked for it. */
import { used } from "../mirror/save.ts";
import { ARRIVALS, arrivalsOf } from "./arrival.ts";
import { ask } from "./kysely.ts";
import { type Group, LATENCY_NAMES, latencyOf } from "./latency.ts";

type Measured = Pick<Group, "sig" | "size" | "n"> & Partial<Group>;

const SET = "n = excluded.n, p15 = excluded.p15, p50 = excluded.p50, p85 = excluded.p85, p95 = excluded.p95";
const PUT = `INSERT INTO measure_week (repository, measure, week, sig, size, n, p15, p50, p85, p95)
  SELECT ?1, ?2, ?3, ${["sig", "size", "n", "p15", "p50", "p85", "p95"].map((name) => `value ->> '${name}'`).join(", ")}
  FROM json_each(?4) WHERE true ON CONFLICT DO UPDATE SET ${SET}
  WHERE (n, p15, p50, p85, p95) IS NOT (excluded.n, excluded.p15, excluded.p50, excluded.p85, excluded.p95)`;
const CLEAR = `DELETE FROM measure_week WHERE repository = ?1 AND measure = ?2 AND week = ?3
  AND (sig, size) NOT IN (SELECT value ->> 'sig', value ->> 'size' FROM json_each(?4))`;
const CLEAN = "DELETE FROM measure_dirty WHERE repository = ?1 AND measure = ?2 AND week = ?3";

export interface Dirty {
  readonly measure: string;
  /** Its Monday. */
  readonly week: number;
}

export async function nextDirty(db: D1Database, repository: string): Promise<Dirty | null> {
  const query = "SELECT measure, week FROM measure_dirty WHERE repository = ? LIMIT 1";
  return await db.prepare(query).bind(repository).first<Dirty>();
}

/** Replaces a week of a measure. */
export function measured(
  db: D1Database,
  repository: string,
  { measure, week }: Dirty,
  rows: readonly Measured[],
): readonly D1PreparedStatement[] {
  const text = JSON.stringify(rows);
  return [CLEAR, PUT].map((query) => db.prepare(query).bind(repository, measure, week, text));
}

/** Answers the rows of D1. */
export async function redo(db: D1Database, repository: string, dirty: Dirty): Promise<number> {
  const { measure, week } = dirty;
  const clean = db.prepare(CLEAN).bind(repository, measure, week);
  const name = LATENCY_NAMES.find((one) => one === measure);
  if (name !== undefined) {
    const { rows, used: read } = await ask(db, latencyOf(repository, name, week));
    return read + used(await db.batch([...measured(db, repository, dirty, rows), clean]));
  }
  if (measure === ARRIVALS[0]) {
    const { rows, used: read } = await ask(db, arrivalsOf(repository, week));
    const statements = ARRIVALS.flatMap((of) =>
      measured(
        db,
        repository,
        { measure: of, week },
        rows.map((row) => ({ sig: row.sig, size: "", n: row[of] })),
      ),
    );
    return read + used(await db.batch([...statements, clean]));
  }
  return used([await clean.run()]);
}
