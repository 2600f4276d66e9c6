/** Refused and unknown webhooks, counted per day, event, status and reason. */

export interface HookOutcome {
  readonly event: string;
  readonly status: number;
  readonly reason: string;
  readonly guid: string;
}

interface Counted extends HookOutcome {
  readonly day: string;
  count: number;
  last: string;
  at: number;
}

/** How long counts are gathered in the isolate: a flood of bad requests makes no flood of writes. */
const GATHER_MS = 1_000;

/** A request that gathers may be ended before it writes: then the next one takes over. */
const LOST_MS = 10_000;

let gathered = new Map<string, Counted>();
let gatheringSince = 0;

/** Counts one outcome. Answers when it is written; give the promise to `waitUntil`. Never rejects. */
export async function countHook(database: D1Database, outcome: HookOutcome): Promise<void> {
  const now = Date.now();
  const day = new Date(now).toISOString().slice(0, 10);
  const { event, status, reason, guid } = outcome;
  const key = `${day} ${event} ${status} ${reason}`;
  const known = gathered.get(key) ?? { ...outcome, day, count: 0, last: guid, at: now };
  gathered.set(key, { ...known, count: known.count + 1, last: guid, at: now });
  if (now - gatheringSince < LOST_MS) return;
  gatheringSince = now;
  await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
  gatheringSince = 0;
  const rows = [...gathered.values()];
  gathered = new Map();
  await write(database, rows);
}

async function write(database: D1Database, rows: readonly Counted[]): Promise<void> {
  try {
    await database
      .prepare(
        `INSERT INTO hook_count (day, event, status, reason, count, last_guid, last_at)
         SELECT value->>'day', value->>'event', value->>'status', value->>'reason', value->>'count', value->>'last',
           value->>'at' FROM json_each(?) WHERE true
         ON CONFLICT (day, event, status, reason)
         DO UPDATE SET count = count + excluded.count, last_guid = excluded.last_guid, last_at = excluded.last_at`,
      )
      .bind(JSON.stringify(rows))
      .run();
  } catch (error) {
    console.warn(JSON.stringify({ message: "webhooks not counted", rows: rows.length, error: String(error) }));
  }
}
