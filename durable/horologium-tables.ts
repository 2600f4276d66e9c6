/** The periodic jobs, each with its latest run and when it is due, in the object's tables. Times in milliseconds. */
import type { Periodic } from "../src/config/model.ts";
import { arm, clockKey, type LatestRun, nextFiring } from "../src/jobs/horologium.ts";
import { stored } from "../src/store/stored.ts";

export const PERIODIC_TABLES = [
  `CREATE TABLE periodic (
    name TEXT PRIMARY KEY, job TEXT NOT NULL, armed INTEGER, due INTEGER, slot INTEGER, rerun INTEGER NOT NULL,
    run TEXT NOT NULL, started INTEGER, ended INTEGER, succeeded INTEGER NOT NULL, retries INTEGER NOT NULL, gone INTEGER
  )`,
  "CREATE INDEX periodic_due ON periodic (due) WHERE due IS NOT NULL",
  "CREATE TABLE configured (one INTEGER PRIMARY KEY CHECK (one = 1), version TEXT NOT NULL)",
];

/** A job that leaves the configuration and comes back within this time goes on where it was. */
const REMEMBER_MS = 7 * 24 * 3600_000;

export interface PeriodicRow extends Record<string, SqlStorageValue> {
  name: string;
  /** The compiled job, as JSON, without where it was written. */
  job: string;
  armed: number | null;
  due: number | null;
  /** The firing that `due` stands for: stays when a start is tried again. */
  slot: number | null;
  rerun: number;
  /** Id of the latest run, or empty. */
  run: string;
  started: number | null;
  ended: number | null;
  succeeded: number;
  retries: number;
  /** Since when it is not configured any more. */
  gone: number | null;
}

export class Periodics {
  readonly #sql: SqlStorage;
  readonly #delayOf: (name: string) => number;

  constructor(sql: SqlStorage, delayOf: (name: string) => number) {
    this.#sql = sql;
    this.#delayOf = delayOf;
  }

  version(): string {
    return this.#sql.exec<{ version: string }>("SELECT version FROM configured").toArray()[0]?.version ?? "";
  }

  get(name: string): PeriodicRow | null {
    return this.#sql.exec<PeriodicRow>("SELECT * FROM periodic WHERE name = ?", name).toArray()[0] ?? null;
  }

  due(now: number, limit: number): PeriodicRow[] {
    return this.#sql
      .exec<PeriodicRow>("SELECT * FROM periodic WHERE due <= ? ORDER BY due LIMIT ?", now, limit)
      .toArray();
  }

  nextDue(): number | null {
    return this.#sql.exec<{ due: number | null }>("SELECT min(due) AS due FROM periodic WHERE due IS NOT NULL").one()
      .due;
  }

  latest(row: PeriodicRow): LatestRun | null {
    if (row.started === null) return null;
    return { startedAt: row.started, endedAt: row.ended, succeeded: row.succeeded === 1, rerun: row.retries };
  }

  /** Keeps a row, with when it is due next. */
  put(row: PeriodicRow, now: number): void {
    const known = { latest: this.latest(row), armed: row.armed, delay: this.#delayOf(row.name) };
    const next = row.gone === null ? nextFiring(stored<Periodic>(row.job), known, now) : null;
    this.#sql.exec(
      `INSERT OR REPLACE INTO periodic
       (name, job, armed, due, slot, rerun, run, started, ended, succeeded, retries, gone)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.name,
      row.job,
      row.armed,
      next === null ? null : Math.trunc(next.at),
      next === null ? null : Math.trunc(next.at),
      next?.rerun ?? 0,
      row.run,
      row.started,
      row.ended,
      row.succeeded,
      row.retries,
      row.gone,
    );
  }

  /** The same firing again at a later time. */
  later(name: string, due: number): void {
    this.#sql.exec("UPDATE periodic SET due = ? WHERE name = ? AND due IS NOT NULL", due, name);
  }

  /** Takes over a configuration. Writes the rows that change only; what runs is known afterwards, too. */
  configure(version: string, jobs: readonly Periodic[], now: number): void {
    const rows = new Map(
      this.#sql
        .exec<{ name: string; job: string; gone: number | null }>("SELECT name, job, gone FROM periodic")
        .toArray()
        .map((row) => [row.name, row]),
    );
    for (const { source: _source, ...job } of jobs) {
      const text = JSON.stringify(job);
      const known = rows.get(job.name);
      rows.delete(job.name);
      if (known?.job === text && known.gone === null) continue;
      this.#configureOne(job.name, text, now);
    }
    for (const { name, gone } of rows.values())
      if (gone === null) this.#sql.exec("UPDATE periodic SET gone = ?, due = NULL WHERE name = ?", now, name);
    this.#sql.exec("DELETE FROM periodic WHERE gone < ?", now - REMEMBER_MS);
    this.#sql.exec("INSERT OR REPLACE INTO configured (one, version) VALUES (1, ?)", version);
  }

  #configureOne(name: string, text: string, now: number): void {
    const job = stored<Periodic>(text);
    const row = this.get(name);
    const none = { run: "", started: null, ended: null, succeeded: 0, retries: 0 };
    const sameClock = row !== null && row.gone === null && clockKey(stored<Periodic>(row.job)) === clockKey(job);
    const armed = sameClock ? row.armed : arm(job, now, true);
    this.put({ ...(row ?? none), name, job: text, armed, due: null, slot: null, rerun: 0, gone: null }, now);
  }
}
