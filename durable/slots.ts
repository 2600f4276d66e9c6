/** Slots that jobs hold, granted oldest first (spec jobs 2.5): the table behind JobName and JobQueue. */
import type { Env } from "../src/env.ts";
import { grants } from "../src/jobs/admission.ts";
import type { Todo } from "./todo.ts";

export const SLOT_TABLES = [
  `CREATE TABLE slot (
    job TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    slots INTEGER NOT NULL,
    granted INTEGER NOT NULL
  ) WITHOUT ROWID`,
  "CREATE INDEX slot_order ON slot (granted, created_at, job)",
];

const TELL = "tell:";
/** How far down the queue one look goes; a job further down waits for the next. */
const WINDOW = 100;

export class Slots {
  readonly #storage: DurableObjectStorage;
  readonly #todo: Todo;
  readonly #env: Env;
  readonly #by: "job-name" | "job-queue";

  constructor(storage: DurableObjectStorage, todo: Todo, env: Env, by: "job-name" | "job-queue") {
    this.#storage = storage;
    this.#todo = todo;
    this.#env = env;
    this.#by = by;
  }

  /** Asks for a slot, or whether it was granted by now. `limit`: below 0 unlimited, 0 blocked. */
  async admit(job: string, createdAt: number, limit: number): Promise<{ granted: boolean }> {
    this.#storage.sql.exec(
      `INSERT INTO slot (job, created_at, slots, granted) VALUES (?, ?, ?, ?)
       ON CONFLICT (job) DO UPDATE SET slots = excluded.slots, granted = max(granted, excluded.granted)
       WHERE slots <> excluded.slots`,
      job,
      createdAt,
      limit,
      limit < 0 ? 1 : 0,
    );
    this.#grant(job);
    await this.#todo.arm();
    return { granted: this.#isGranted(job) };
  }

  async release(job: string): Promise<void> {
    this.#storage.sql.exec("DELETE FROM slot WHERE job = ?", job);
    this.#todo.drop(TELL + job);
    this.#grant(null);
    await this.#todo.arm();
  }

  /** A limit that changed holds for every job that waits. */
  relimit(limit: number): void {
    this.#storage.sql.exec("UPDATE slot SET slots = ? WHERE slots <> ? AND granted = 0", limit, limit);
  }

  /** The work of {@link Todo}: tells a job that it may go on. */
  async tell(key: string): Promise<void> {
    const job = key.slice(TELL.length);
    if (this.#isGranted(job)) await this.#env.JOB.getByName(`job:${job}`).admitted(this.#by);
  }

  /** Grants what fits. Everybody but `asking`, who gets the answer at once, is told by the alarm. */
  #grant(asking: string | null): void {
    const { sql } = this.#storage;
    for (;;) {
      const rows = sql
        .exec<{ job: string; created_at: number; slots: number }>(
          "SELECT job, created_at, slots FROM slot WHERE granted = 0 ORDER BY created_at, job LIMIT ?",
          WINDOW,
        )
        .toArray();
      if (rows.length === 0) return;
      const { holding } = sql.exec<{ holding: number }>("SELECT count(*) AS holding FROM slot WHERE granted = 1").one();
      const waiting = rows.map((row) => ({ job: row.job, createdAt: row.created_at, limit: row.slots }));
      const granted = grants(waiting, holding);
      for (const job of granted) {
        sql.exec("UPDATE slot SET granted = 1 WHERE job = ?", job);
        if (job !== asking) this.#todo.put(TELL + job, Date.now());
      }
      if (granted.length < WINDOW) return;
    }
  }

  #isGranted(job: string): boolean {
    return this.#storage.sql.exec("SELECT 1 FROM slot WHERE job = ? AND granted = 1", job).toArray().length > 0;
  }
}
