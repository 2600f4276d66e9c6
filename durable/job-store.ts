/** What a Job keeps beside its log: the documents, the claims, the timeline, what artifacts were booked. */
import type { JobToken, TokenScope } from "../src/jobs/credential.ts";
import type { JobRecord } from "../src/jobs/lifecycle.ts";
import { JOB_LIMITS } from "../src/jobs/limits.ts";
import { runPolicy } from "../src/jobs/policy.ts";
import type { RunPolicy } from "../src/jobs/policy.ts";
import type { FinishReport } from "../src/jobs/protocol.ts";
import type { JobState, ProwJob } from "../src/jobs/prowjob.ts";
import type { ReportTo } from "../src/jobs/rpc.ts";
import type { TimelineEntry } from "../src/jobs/view.ts";

/** Made with the first artifact. */
const ARTIFACT_TABLES = [
  `CREATE TABLE IF NOT EXISTS artifact (
    attempt INTEGER NOT NULL, path TEXT NOT NULL, part INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (attempt, path, part)
  ) WITHOUT ROWID`,
  "CREATE TABLE IF NOT EXISTS booked (attempt INTEGER PRIMARY KEY, files INTEGER NOT NULL, bytes INTEGER NOT NULL)",
];

export const JOB_TABLES = [
  "CREATE TABLE document (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
  `CREATE TABLE claim (
    attempt INTEGER NOT NULL, epoch INTEGER NOT NULL, digest TEXT NOT NULL, build_id TEXT NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (attempt, epoch)
  ) WITHOUT ROWID`,
  "CREATE TABLE timeline (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL)",
  ...ARTIFACT_TABLES.map((old) => ({ fresh: "", old })),
];

/** The digest of a claim's credential for what runs in its pod. */
export const POD_CREDENTIAL = "ALTER TABLE claim ADD COLUMN pod_digest TEXT NOT NULL DEFAULT ''";

/** What the configuration said when the job was admitted. */
interface Terms {
  readonly policy: RunPolicy;
  readonly hidden: boolean;
  /** JobQueues that were asked for a slot. */
  readonly queues: readonly string[];
  /** False before the configuration was asked. */
  readonly settled: boolean;
}

export interface KnownJob {
  readonly prowjob: ProwJob;
  readonly record: JobRecord;
  readonly terms: Terms;
}

interface Documents {
  readonly prowjob: ProwJob;
  readonly reportTo: ReportTo;
  readonly record: JobRecord;
  readonly terms: Terms;
  readonly [finish: `finish:${number}`]: FinishReport;
  /** The last state that a reporter told. */
  readonly [cried: `cried:${string}`]: JobState;
}

/** Production refuses rows above 2 MB; the local runtime does not. A character has up to three bytes here. */
const ROW_CHARS = 600_000;

export class JobStore {
  readonly #sql: SqlStorage;
  readonly #cache: { [Key in keyof Documents]?: Documents[Key] | null } = {};

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
  }

  /** What was read is not there any more. */
  clear(): void {
    for (const key of Object.keys(this.#cache)) Reflect.deleteProperty(this.#cache, key);
  }

  /** Documents are ours: written by {@link write}, so read without a check. */
  read<Key extends keyof Documents>(key: Key): Documents[Key] | null {
    const known = this.#cache[key];
    if (known !== undefined) return known;
    const row = this.#sql.exec<{ value: string }>("SELECT value FROM document WHERE key = ?", key).toArray()[0];
    const value: Documents[Key] | null = row ? JSON.parse(row.value) : null;
    this.#cache[key] = value;
    return value;
  }

  write<Key extends keyof Documents>(key: Key, value: Documents[Key]): void {
    const text = JSON.stringify(value);
    if (text.length > ROW_CHARS) throw new Error(`${key} is too large to be stored: ${text.length} characters`);
    this.#sql.exec("INSERT OR REPLACE INTO document (key, value) VALUES (?, ?)", key, text);
    this.#cache[key] = value;
  }

  /** The job as it is; null before its start. Until the configuration was asked it counts as hidden. */
  known(): KnownJob | null {
    const prowjob = this.read("prowjob");
    const record = this.read("record");
    if (!prowjob || !record) return null;
    const unsettled = { policy: runPolicy(prowjob.spec, null), hidden: true, queues: [], settled: false };
    return { prowjob, record, terms: this.read("terms") ?? unsettled };
  }

  claimed(
    { attempt, epoch }: { readonly attempt: number; readonly epoch: number },
    digests: { readonly [scope in TokenScope]: string },
    buildId: string,
    at: number,
  ): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO claim (attempt, epoch, digest, pod_digest, build_id, at) VALUES (?, ?, ?, ?, ?, ?)",
      attempt,
      epoch,
      digests.run,
      digests.artifacts,
      buildId,
      at,
    );
  }

  /** Of the genuine credential that says this of itself. */
  digest({ attempt, epoch, scope }: JobToken): string | null {
    const column = scope === "run" ? "digest" : "pod_digest";
    const rows = this.#sql.exec<{ digest: string }>(
      `SELECT ${column} AS digest FROM claim WHERE attempt = ? AND epoch = ?`,
      attempt,
      epoch,
    );
    return rows.toArray()[0]?.digest ?? null;
  }

  /** Build id and start (milliseconds) of an attempt; null when no runner ever took it. */
  build(attempt: number): { buildId: string; at: number } | null {
    const rows = this.#sql.exec<{ build_id: string; at: number }>(
      "SELECT build_id, at FROM claim WHERE attempt = ? ORDER BY epoch LIMIT 1",
      attempt,
    );
    const row = rows.toArray()[0];
    return row ? { buildId: row.build_id, at: row.at } : null;
  }

  /** The last attempt that a runner took; 0: none. */
  lastAttempt(): number {
    return this.#sql.exec<{ n: number | null }>("SELECT max(attempt) AS n FROM claim").one().n ?? 0;
  }

  addLine(entry: TimelineEntry): void {
    this.#sql.exec("INSERT INTO timeline (at, what, detail) VALUES (?, ?, ?)", entry.at, entry.what, entry.detail);
  }

  timeline(): TimelineEntry[] {
    return this.#sql
      .exec<{ at: number; what: string; detail: string }>("SELECT at, what, detail FROM timeline ORDER BY n")
      .toArray();
  }

  /** Books bytes of an artifact (part 0: whole) against the caps; what stood at the same place is taken off. */
  book(attempt: number, path: string, part: number, bytes: number): "booked" | "files" | "bytes" {
    for (const table of ARTIFACT_TABLES) this.#sql.exec(table);
    const known = this.#sql
      .exec<{ part: number; bytes: number }>(
        "SELECT part, bytes FROM artifact WHERE attempt = ? AND path = ?",
        attempt,
        path,
      )
      .toArray();
    const replaced = known.filter((row) => part === 0 || row.part === 0 || row.part === part);
    const { files, bytes: sum } = this.#sql
      .exec<{ files: number; bytes: number }>("SELECT files, bytes FROM booked WHERE attempt = ?", attempt)
      .toArray()[0] ?? { files: 0, bytes: 0 };
    const newFiles = files + (known.length === 0 ? 1 : 0);
    const newBytes = sum + bytes - replaced.reduce((total, row) => total + row.bytes, 0);
    if (newFiles > JOB_LIMITS.artifactFiles) return "files";
    if (newBytes > JOB_LIMITS.artifactBytes) return "bytes";
    for (const row of replaced)
      this.#sql.exec("DELETE FROM artifact WHERE attempt = ? AND path = ? AND part = ?", attempt, path, row.part);
    this.#sql.exec("INSERT INTO artifact (attempt, path, part, bytes) VALUES (?, ?, ?, ?)", attempt, path, part, bytes);
    this.#sql.exec(
      "INSERT OR REPLACE INTO booked (attempt, files, bytes) VALUES (?, ?, ?)",
      attempt,
      newFiles,
      newBytes,
    );
    return "booked";
  }
}
