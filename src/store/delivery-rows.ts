/**
 * Deliveries' rows in D1, written behind the objects: many in one statement, an older version never over a newer, and
 * no object over another's: whoever holds one repository's secret may choose a guid.
 */

export interface DeliveryIndexRow {
  readonly guid: string;
  readonly version: number;
  readonly object: string;
  readonly event: string;
  readonly action: string;
  readonly org: string;
  readonly repo: string;
  readonly number: number;
  readonly sender: string;
  readonly received_at: number;
  readonly state: string;
  readonly effects: number;
  readonly summary: string;
}

export async function saveDeliveryRows(db: D1Database, rows: readonly DeliveryIndexRow[]): Promise<void> {
  if (rows.length === 0) return;
  const columns =
    "guid, version, object, event, action, org, repo, number, sender, received_at, state, effects, summary";
  const picked = columns
    .split(", ")
    .map((column) => `value ->> '${column}'`)
    .join(", ");
  const text = JSON.stringify(rows);
  const save = db
    .prepare(
      `INSERT INTO delivery (${columns}) SELECT ${picked} FROM json_each(?) WHERE true
       ON CONFLICT (guid) DO UPDATE SET version = excluded.version, state = excluded.state, effects = excluded.effects, summary = excluded.summary
       WHERE excluded.version > delivery.version AND excluded.object = delivery.object`,
    )
    .bind(text);
  await db.batch([db.prepare(COUNT_TAKEN).bind(text), save]);
}

/** Which of these guids have a row. */
export async function knownDeliveries(db: D1Database, guids: readonly string[]): Promise<ReadonlySet<string>> {
  if (guids.length === 0) return new Set();
  const query = "SELECT guid FROM delivery WHERE guid IN (SELECT value FROM json_each(?))";
  const { results } = await db.prepare(query).bind(JSON.stringify(guids)).all<{ guid: string }>();
  return new Set(results.map(({ guid }) => guid));
}

/** Counts the deliveries that have no row yet, each once. */
const COUNT_TAKEN = `
  INSERT INTO hook_count (day, event, status, reason, count, last_guid, last_at)
  SELECT date(max(value ->> 'received_at') / 1000, 'unixepoch'), value ->> 'event', 202, 'taken',
    count(DISTINCT value ->> 'guid'), max(value ->> 'guid'), max(value ->> 'received_at')
  FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE guid = value ->> 'guid')
  GROUP BY value ->> 'event'
  ON CONFLICT (day, event, status, reason)
  DO UPDATE SET count = count + excluded.count, last_guid = excluded.last_guid, last_at = excluded.last_at`;

/** Remembers whether a repository is private: what is not known counts as private. */
export async function saveRepository(db: D1Database, fullName: string, isPrivate: boolean, now: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO repository (full_name, private, updated_at) VALUES (?, ?, ?)
       ON CONFLICT (full_name) DO UPDATE SET private = excluded.private, updated_at = excluded.updated_at WHERE excluded.updated_at >= repository.updated_at`,
    )
    .bind(fullName.toLowerCase(), isPrivate ? 1 : 0, now)
    .run();
}

/** Full names, in lower case, in their order. */
export async function repositoriesFrom(db: D1Database, offset: number, limit: number): Promise<readonly string[]> {
  const rows = await db
    .prepare("SELECT full_name FROM repository ORDER BY full_name LIMIT ? OFFSET ?")
    .bind(limit, offset)
    .all<{ full_name: string }>();
  return rows.results.map((row) => row.full_name);
}
