/** The configuration's versions and loads, in the object's tables. */
import type { ConfigIndex, Problem } from "../src/config/model.ts";
import type { ConfigLoad, ConfigSource } from "../src/config/rpc.ts";
import { stored } from "../src/store/stored.ts";

export const LOAD_TABLES = [
  "CREATE TABLE load (id TEXT PRIMARY KEY, key TEXT NOT NULL, source TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER, state TEXT NOT NULL, done INTEGER NOT NULL, total INTEGER NOT NULL, problems TEXT NOT NULL, idx TEXT NOT NULL)",
  "CREATE TABLE current (one INTEGER PRIMARY KEY CHECK (one = 1), version TEXT NOT NULL, idx TEXT NOT NULL)",
  "CREATE TABLE stored (version TEXT PRIMARY KEY, at INTEGER NOT NULL)",
];

const LOADS_KEPT = 20;
/** Versions whose documents stay in the bucket beside the current one: whoever reads one now may finish. */
const VERSIONS_KEPT = 2;

export interface Load extends ConfigLoad {
  /** R2 key of the archive; empty once it is deleted, and for what comes from GitHub directly. */
  readonly key: string;
  /** Of a load that waits for confirmation. */
  readonly index: ConfigIndex | null;
}

type Row = {
  id: string;
  key: string;
  source: string;
  started_at: number;
  finished_at: number | null;
  state: ConfigLoad["state"];
  done: number;
  total: number;
  problems: string;
  idx: string;
};

const loadOf = (row: Row): Load => ({
  id: row.id,
  key: row.key,
  source: stored<ConfigSource>(row.source),
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  state: row.state,
  filesDone: row.done,
  filesTotal: row.total,
  problems: stored<Problem[]>(row.problems),
  index: row.idx === "" ? null : stored<ConfigIndex>(row.idx),
});

export class Loads {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  current(): { readonly version: string; readonly index: ConfigIndex } | null {
    const rows = this.#sql.exec<{ version: string; idx: string }>("SELECT version, idx FROM current").toArray();
    const [row] = rows;
    return row ? { version: row.version, index: stored<ConfigIndex>(row.idx) } : null;
  }

  /** Without the index: what the hot path asks every two seconds. */
  currentVersion(): string {
    const rows = this.#sql.exec<{ version: string }>("SELECT version FROM current").toArray();
    return rows[0]?.version ?? "";
  }

  get(id: string): Load | null {
    const [row] = this.#sql.exec<Row>("SELECT * FROM load WHERE id = ?", id).toArray();
    return row ? loadOf(row) : null;
  }

  /** Newest first. */
  list(): Load[] {
    const rows = this.#sql.exec<Row>("SELECT * FROM load ORDER BY started_at DESC, rowid DESC LIMIT ?", LOADS_KEPT);
    return [...rows].map(loadOf);
  }

  isLoading(id: string): boolean {
    return this.#sql.exec("SELECT 1 FROM load WHERE id = ? AND state = 'loading'", id).toArray().length > 0;
  }

  /** A new load. Those under way or waiting give way; returns their ids. */
  begin(id: string, key: string, source: ConfigSource, now: number): string[] {
    const waiting = "state IN ('loading', 'needs-confirmation')";
    const ids = [...this.#sql.exec<{ id: string }>(`SELECT id FROM load WHERE ${waiting}`)].map((row) => row.id);
    this.#sql.exec(`UPDATE load SET state = 'superseded', finished_at = ?, idx = '' WHERE ${waiting}`, now);
    this.#sql.exec(
      "INSERT INTO load (id, key, source, started_at, finished_at, state, done, total, problems, idx) VALUES (?, ?, ?, ?, NULL, 'loading', 0, 0, '[]', '')",
      id,
      key,
      JSON.stringify(source),
      now,
    );
    return ids;
  }

  progress(id: string, done: number, total: number): void {
    this.#sql.exec("UPDATE load SET done = ?, total = ? WHERE id = ?", done, total, id);
  }

  settle(
    id: string,
    state: ConfigLoad["state"],
    problems: readonly Problem[],
    waits: ConfigIndex | null,
    now: number,
  ): void {
    this.#sql.exec(
      "UPDATE load SET state = ?, finished_at = ?, problems = ?, idx = ? WHERE id = ?",
      state,
      now,
      JSON.stringify(problems),
      waits ? JSON.stringify(waits) : "",
      id,
    );
  }

  /** The one statement that makes a version current. */
  switchTo(index: ConfigIndex): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO current (one, version, idx) VALUES (1, ?, ?)",
      index.version,
      JSON.stringify(index),
    );
    this.#sql.exec("UPDATE load SET state = 'superseded' WHERE state = 'current' AND id <> ?", index.version);
  }

  /** Remembers that documents of a version lie in the bucket. */
  stores(version: string, now: number): void {
    this.#sql.exec("INSERT OR IGNORE INTO stored (version, at) VALUES (?, ?)", version, now);
  }

  forget(version: string): void {
    this.#sql.exec("DELETE FROM stored WHERE version = ?", version);
  }

  /** Versions whose documents may go: neither current, nor of late, nor of a load that is not over. */
  obsolete(): string[] {
    const rows = this.#sql.exec<{ version: string }>(
      `SELECT version FROM stored WHERE version NOT IN (SELECT version FROM current)
       AND version NOT IN (SELECT id FROM load WHERE state IN ('loading', 'needs-confirmation'))
       ORDER BY at DESC LIMIT -1 OFFSET ?`,
      VERSIONS_KEPT,
    );
    return [...rows].map((row) => row.version);
  }

  /** Every version with documents in the bucket. */
  allStored(): string[] {
    return [...this.#sql.exec<{ version: string }>("SELECT version FROM stored")].map((row) => row.version);
  }

  /** Nothing was ever loaded. */
  clear(): void {
    for (const table of ["load", "current", "stored"]) this.#sql.exec(`DELETE FROM ${table}`);
  }

  /** Archives of loads that are over. */
  spentArchives(): string[] {
    const rows = this.#sql.exec<{ key: string }>("SELECT key FROM load WHERE key <> '' AND state <> 'loading'");
    return [...rows].map((row) => row.key);
  }

  archiveGone(key: string): void {
    this.#sql.exec("UPDATE load SET key = '' WHERE key = ?", key);
  }

  /** Drops the rows of loads long over, those without anything left in the bucket. */
  trim(): void {
    this.#sql.exec(
      `DELETE FROM load WHERE key = '' AND state NOT IN ('loading', 'needs-confirmation', 'current')
       AND id NOT IN (SELECT id FROM load ORDER BY started_at DESC, rowid DESC LIMIT ?)`,
      LOADS_KEPT,
    );
  }
}
