/** Refused and unknown webhooks, counted per day, event, status and reason. */

export interface HookOutcome {
  readonly event: string;
  readonly status: number;
  readonly reason: string;
  readonly guid: string;
}

/** One row a kind and day: a flood of bad requests makes no flood of rows. */
export async function countHook(
  db: D1Database,
  { event, status, reason, guid }: HookOutcome,
  now: number,
): Promise<void> {
  const day = new Date(now).toISOString().slice(0, 10);
  await db
    .prepare(
      `INSERT INTO hook_count (day, event, status, reason, count, last_guid, last_at) VALUES (?, ?, ?, ?, 1, ?, ?)
       ON CONFLICT (day, event, status, reason) DO UPDATE SET count = count + 1, last_guid = excluded.last_guid, last_at = excluded.last_at`,
    )
    .bind(day, /^[a-z][a-z0-9_-]{0,63}$/.test(event) ? event : "", status, reason, guid.slice(0, 100), now)
    .run();
}
