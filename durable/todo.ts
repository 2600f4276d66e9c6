/**
 * What an object still has to do, and when: the one alarm is the earliest row (design 8). A row survives crashes; work
 * that throws is tried again with backoff, for ever; work that was asked for again while it ran runs once more.
 */

/** Milliseconds after which an alarm hands over to the next one. */
const SLICE_MS = 15_000;
const MAX_BACKOFF_MS = 5 * 60_000;

const lean = (name: string) => `CREATE TABLE ${name} (
  key TEXT PRIMARY KEY,
  due INTEGER NOT NULL,
  asked INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  error TEXT NOT NULL,
  n INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID`;

export const TODO_TABLE = {
  fresh: lean("todo"),
  old: `CREATE TABLE todo (
    key TEXT PRIMARY KEY, due INTEGER NOT NULL, asked INTEGER NOT NULL, tries INTEGER NOT NULL, error TEXT NOT NULL
  )`,
};

/** At the end of a list that begins with {@link TODO_TABLE}: one row written for each put instead of two. */
export const LEAN_TODO = [
  { fresh: "", old: lean("lean_todo") },
  {
    fresh: "",
    old: `INSERT INTO lean_todo (key, due, asked, tries, error, n)
      SELECT key, due, asked, tries, error, rowid FROM todo`,
  },
  { fresh: "", old: "DROP TABLE todo" },
  { fresh: "", old: "ALTER TABLE lean_todo RENAME TO todo" },
];

/** Does the work of a key that fell due at `due`. A number: do it again at that time (milliseconds); nothing: done. */
export type Work = (key: string, due: number) => Promise<number | void>;

type Row = { key: string; due: number; asked: number; tries: number };

export class Todo {
  readonly #storage: DurableObjectStorage;
  readonly #longestMs: number | null;
  #asked = 0;
  #draining = false;

  /** `longestMs`: work that hangs for so long counts as failed, lest it hold up the rest; for work that may then run twice at once. */
  constructor(storage: DurableObjectStorage, longestMs: number | null = null) {
    this.#storage = storage;
    this.#longestMs = longestMs;
  }

  /** Asks for work at `due` (milliseconds). The same key again moves it. Call {@link arm} before the turn ends. */
  put(key: string, due: number): void {
    this.#storage.sql.exec(
      `INSERT INTO todo (key, due, asked, tries, error, n) VALUES (?, ?, 1, 0, '', ?)
       ON CONFLICT (key) DO UPDATE SET due = excluded.due, asked = asked + 1, tries = 0`,
      key,
      Math.trunc(due),
      this.#next(),
    );
  }

  /** Asks for work at `due` at the latest: an earlier row stays. */
  by(key: string, due: number): void {
    const now = Date.now();
    this.#storage.sql.exec(
      `INSERT INTO todo (key, due, asked, tries, error, n) VALUES (?, ?, 1, 0, '', ?)
       ON CONFLICT (key) DO UPDATE SET due = excluded.due, asked = asked + 1 WHERE excluded.due < due OR due <= ?`,
      key,
      Math.trunc(due),
      this.#next(),
      now,
    );
  }

  /** Work of one time is done in the order in which it was asked for. */
  #next(): number {
    this.#asked = Math.max(this.#asked + 1, Date.now() * 1000);
    return this.#asked;
  }

  drop(key: string): void {
    this.#storage.sql.exec("DELETE FROM todo WHERE key = ?", key);
  }

  has(key: string): boolean {
    return this.#storage.sql.exec("SELECT 1 FROM todo WHERE key = ?", key).toArray().length > 0;
  }

  /**
   * Sets the alarm to the earliest row, when it is not there already. While the rows are being worked off that is done at the
   * end: an alarm that was cut off rings again by itself, and one set meanwhile would ring for nothing.
   */
  async arm(): Promise<void> {
    if (this.#draining) return;
    const due = this.#storage.sql.exec<{ due: number | null }>("SELECT min(due) AS due FROM todo").one().due;
    const armed = await this.#storage.getAlarm();
    if (due === null) return;
    if (armed === null || armed > due) await this.#storage.setAlarm(due);
  }

  /** Does what is due, one after another, and arms the next alarm. Never throws. */
  async drain(work: Work): Promise<void> {
    const end = Date.now() + SLICE_MS;
    this.#draining = true;
    try {
      for (let next = this.#due(); next !== null && Date.now() < end; next = this.#due()) await this.#try(next, work);
    } finally {
      this.#draining = false;
      await this.arm();
    }
  }

  async #try(row: Row, work: Work): Promise<void> {
    const { sql } = this.#storage;
    try {
      const done = work(row.key, row.due);
      const again = await (this.#longestMs === null ? done : within(this.#longestMs, done));
      if (typeof again !== "number") sql.exec("DELETE FROM todo WHERE key = ? AND asked = ?", row.key, row.asked);
      else {
        const due = Math.trunc(again);
        sql.exec("UPDATE todo SET due = ?, tries = 0 WHERE key = ? AND asked = ?", due, row.key, row.asked);
      }
    } catch (error) {
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      console.warn(JSON.stringify({ message: "work failed, will be tried again", work: row.key, error: text }));
      const due = Date.now() + Math.min(MAX_BACKOFF_MS, 250 * 2 ** Math.min(row.tries, 16));
      sql.exec(
        "UPDATE todo SET due = ?, tries = tries + 1, error = ? WHERE key = ? AND asked = ?",
        due,
        text.slice(0, 500),
        row.key,
        row.asked,
      );
    }
  }

  #due(): Row | null {
    const rows = this.#storage.sql.exec<Row>(
      "SELECT key, due, asked, tries FROM todo WHERE due <= ? ORDER BY due, n LIMIT 1",
      Date.now(),
    );
    return rows.toArray()[0] ?? null;
  }
}

/** Rejects when `work` takes longer; what becomes of it then is nobody's concern. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
