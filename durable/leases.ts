/** Which runner holds which job, and until when: the tables of a build cluster. */
import { LEASE_SECONDS } from "../src/jobs/protocol.ts";
import type { Held } from "../src/jobs/protocol.ts";

export const LEASE_TABLES = [
  `CREATE TABLE runner (
    name TEXT PRIMARY KEY, executor TEXT NOT NULL, version TEXT NOT NULL,
    capacity INTEGER NOT NULL, seen INTEGER NOT NULL
  )`,
  `CREATE TABLE lease (
    job TEXT PRIMARY KEY, attempt INTEGER NOT NULL, epoch INTEGER NOT NULL, runner TEXT NOT NULL,
    claimed_at INTEGER NOT NULL, missing_since INTEGER, stop TEXT NOT NULL
  ) WITHOUT ROWID`,
  "CREATE INDEX lease_runner ON lease (runner)",
];

/** A runner's row is written this seldom; its leases last as much longer. Milliseconds. */
const SEEN_EVERY_MS = 20_000;
export const LEASE_MS = LEASE_SECONDS * 1000 + SEEN_EVERY_MS;
/** How long a runner may leave a job out of what it says it holds: an assignment or a finish is under way. */
export const MISSING_MS = 15_000;
const FORGET_RUNNER_MS = 24 * 3600_000;

export type Lease = {
  job: string;
  attempt: number;
  epoch: number;
  runner: string;
  claimed_at: number;
  missing_since: number | null;
  /** Why the runner shall stop it; empty: it shall not. */
  stop: string;
};

export type RunnerRow = { name: string; executor: string; version: string; capacity: number; seen: number };

export class Leases {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
  }

  hello(runner: Omit<RunnerRow, "seen">, now: number): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO runner (name, executor, version, capacity, seen) VALUES (?, ?, ?, ?, ?)",
      runner.name,
      runner.executor,
      runner.version,
      runner.capacity,
      now,
    );
    this.#sql.exec(
      "DELETE FROM runner WHERE seen < ? AND name NOT IN (SELECT runner FROM lease)",
      now - FORGET_RUNNER_MS,
    );
  }

  /** The runner is alive. Writes only when its row is old. */
  seen(runner: string, now: number): void {
    this.#sql.exec("UPDATE runner SET seen = ? WHERE name = ? AND seen <= ?", now, runner, now - SEEN_EVERY_MS);
  }

  /** Runners that are alive. */
  runners(now: number): RunnerRow[] {
    return this.#sql
      .exec<RunnerRow>("SELECT name, executor, version, capacity, seen FROM runner WHERE seen > ?", now - LEASE_MS)
      .toArray();
  }

  hasRunner(now: number): boolean {
    return this.#sql.exec("SELECT 1 FROM runner WHERE seen > ? LIMIT 1", now - LEASE_MS).toArray().length > 0;
  }

  runner(name: string): RunnerRow | null {
    return (
      this.#sql
        .exec<RunnerRow>("SELECT name, executor, version, capacity, seen FROM runner WHERE name = ?", name)
        .toArray()[0] ?? null
    );
  }

  of(job: string): Lease | null {
    return this.#sql.exec<Lease>("SELECT * FROM lease WHERE job = ?", job).toArray()[0] ?? null;
  }

  heldBy(runner: string): Lease[] {
    return this.#sql.exec<Lease>("SELECT * FROM lease WHERE runner = ?", runner).toArray();
  }

  count(): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM lease").one().n;
  }

  countBy(runner: string): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM lease WHERE runner = ?", runner).one().n;
  }

  grant(held: Held, runner: string, stop: string, now: number): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO lease (job, attempt, epoch, runner, claimed_at, missing_since, stop)
       VALUES (?, ?, ?, ?, ?, NULL, ?)`,
      held.job,
      held.attempt,
      held.epoch,
      runner,
      now,
      stop,
    );
  }

  end(job: string): void {
    this.#sql.exec("DELETE FROM lease WHERE job = ?", job);
  }

  stop(job: string, reason: string): void {
    this.#sql.exec("UPDATE lease SET stop = ? WHERE job = ?", reason, job);
  }

  /** Notes which of a runner's leases it does and does not speak of. True when one is missing. */
  spokenOf(runner: string, held: readonly Held[], now: number): boolean {
    const spoken = new Set(held.map(({ job }) => job));
    let missing = false;
    for (const lease of this.heldBy(runner)) {
      if (spoken.has(lease.job)) {
        if (lease.missing_since !== null)
          this.#sql.exec("UPDATE lease SET missing_since = NULL WHERE job = ?", lease.job);
      } else {
        missing = true;
        if (lease.missing_since === null)
          this.#sql.exec("UPDATE lease SET missing_since = ? WHERE job = ?", now, lease.job);
      }
    }
    return missing;
  }

  /** Leases that ran out: the runner was silent too long, or left the job out too long. */
  expired(now: number): Lease[] {
    return this.#sql
      .exec<Lease>(
        `SELECT lease.* FROM lease LEFT JOIN runner ON runner.name = lease.runner
         WHERE coalesce(runner.seen, lease.claimed_at) <= ? OR missing_since <= ?`,
        now - LEASE_MS,
        now - MISSING_MS,
      )
      .toArray();
  }

  /** When the next lease may run out; null when there is none. Milliseconds. */
  nextExpiry(): number | null {
    const { seen, missing } = this.#sql
      .exec<{ seen: number | null; missing: number | null }>(
        `SELECT min(coalesce(runner.seen, lease.claimed_at)) AS seen, min(missing_since) AS missing
         FROM lease LEFT JOIN runner ON runner.name = lease.runner`,
      )
      .one();
    if (seen === null) return null;
    return Math.min(seen + LEASE_MS, missing === null ? Number.POSITIVE_INFINITY : missing + MISSING_MS);
  }

  /** We were away ourselves: nobody could be heard, so every lease begins anew. */
  excuse(now: number): void {
    this.#sql.exec("UPDATE runner SET seen = ? WHERE name IN (SELECT runner FROM lease)", now);
    this.#sql.exec("UPDATE lease SET missing_since = NULL WHERE missing_since IS NOT NULL");
  }
}
