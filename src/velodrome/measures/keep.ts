/** Writes facts, deeds and sums that changed, and marks the weeks that are to be worked out again, all in one transaction. */
import { used } from "../mirror/save.ts";
import { changesOf, COLUMNS, type DeedRow, type Derived, type FactRow } from "./changes.ts";

const NAMES = COLUMNS.join(", ");
const values = (names: readonly string[]): string => names.map((name) => `value ->> '${name}'`).join(", ");
const IN = "IN (SELECT value FROM json_each(?2))";
const FACTS = `SELECT ${NAMES} FROM pr_fact WHERE repository = ?1 AND number ${IN}`;
const DEEDS_OF = `SELECT number, week, kind, person, n FROM deed WHERE repository = ?1 AND number ${IN}`;
const PUT_FACTS = `INSERT OR REPLACE INTO pr_fact (repository, ${NAMES}) SELECT ?1, ${values(COLUMNS)} FROM json_each(?2)`;
const PUT_DEEDS = `INSERT OR REPLACE INTO deed (repository, number, week, kind, person, n)
  SELECT ?1, ${values(["number", "week", "kind", "person", "n"])} FROM json_each(?2)`;
const DROP_FACTS = `DELETE FROM pr_fact WHERE repository = ?1 AND number ${IN}`;
const DROP_DEEDS = `DELETE FROM deed WHERE repository = ?1 AND number ${IN}`;
const ADD = `INSERT INTO person_week (repository, kind, week, sig, person, n)
  SELECT ?1, ${values(["kind", "week", "sig", "person", "n"])} FROM json_each(?2) WHERE true
  ON CONFLICT DO UPDATE SET n = n + excluded.n`;
/** Sums that fell to nothing go. */
const SINK = `DELETE FROM person_week WHERE repository = ?1 AND n <= 0
  AND (kind, sig, week, person) IN (SELECT ${values(["kind", "sig", "week", "person"])} FROM json_each(?2))`;
const MARK = `INSERT OR IGNORE INTO measure_dirty (repository, measure, week)
  SELECT ?1, ${values(["measure", "week"])} FROM json_each(?2)`;

/** `gone`: numbers of what is no more. Answers the rows of D1. */
export async function keepFacts(
  db: D1Database,
  repository: string,
  derived: readonly Derived[],
  gone: readonly number[],
): Promise<number> {
  const now = new Map<number, Derived | null>(derived.map((one) => [one.fact.number, one]));
  for (const number of gone) now.set(number, null);
  if (now.size === 0) return 0;
  const numbers = JSON.stringify([...now.keys()]);
  const [facts, deeds] = await Promise.all([
    db.prepare(FACTS).bind(repository, numbers).all<FactRow>(),
    db.prepare(DEEDS_OF).bind(repository, numbers).all<DeedRow>(),
  ]);
  const changes = changesOf(now, facts.results, deeds.results);
  const run = (query: string, list: readonly unknown[]): readonly D1PreparedStatement[] =>
    list.length > 0 ? [db.prepare(query).bind(repository, JSON.stringify(list))] : [];
  const statements = [
    ...run(DROP_FACTS, changes.noFact),
    ...run(DROP_DEEDS, changes.noDeeds),
    ...run(PUT_FACTS, changes.facts),
    ...run(PUT_DEEDS, changes.deeds),
    ...run(ADD, changes.sums),
    ...run(
      SINK,
      changes.sums.filter(({ n }) => n < 0),
    ),
    ...run(MARK, changes.dirty),
  ];
  const written = statements.length > 0 ? await db.batch(statements) : [];
  return used([facts, deeds, ...written]);
}
