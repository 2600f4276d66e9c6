/** A load under way, in the object's own tables: files, then what each holds, then what is compiled. */
import type { Preset } from "../src/config/job-schema.ts";
import type { Problem } from "../src/config/model.ts";
import type { JobFile, Written } from "../src/config/source.ts";

export const STAGING_TABLES = [
  "CREATE TABLE staged_file (path TEXT PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL, done INTEGER NOT NULL)",
  "CREATE TABLE staged_job (kind TEXT NOT NULL, repo TEXT NOT NULL, seq INTEGER NOT NULL, job TEXT NOT NULL)",
  "CREATE INDEX staged_job_repo ON staged_job (repo, kind, seq)",
  "CREATE TABLE staged_preset (seq INTEGER PRIMARY KEY, file TEXT NOT NULL, preset TEXT NOT NULL)",
  "CREATE TABLE staged_problem (seq INTEGER PRIMARY KEY, severity TEXT NOT NULL, problem TEXT NOT NULL)",
  "CREATE TABLE staged_repo (name TEXT PRIMARY KEY, done INTEGER NOT NULL)",
];

/** Problems kept of one load: enough to mend by, bounded. */
const MOST_PROBLEMS = 2_000;
/** A row of an object holds at most 1 MiB by our own assertion (design 10): larger texts are split. */
const PIECE = 900_000;

export type Kind = "presubmit" | "postsubmit" | "periodic";

export class Staging {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  clear(): void {
    for (const table of ["file", "job", "preset", "problem", "repo"]) this.#sql.exec(`DELETE FROM staged_${table}`);
  }

  putFile(path: string, kind: string, text: string): void {
    for (let at = 0, piece = 0; at === 0 || at < text.length; at += PIECE, piece += 1) {
      const key = piece === 0 ? path : `${path}\u0000${String(piece).padStart(4, "0")}`;
      const kept = piece === 0 ? kind : "piece";
      this.#sql.exec(
        "INSERT OR REPLACE INTO staged_file (path, kind, text, done) VALUES (?, ?, ?, 0)",
        key,
        kept,
        text.slice(at, at + PIECE),
      );
    }
  }

  textOf(path: string): string {
    const rows = this.#sql.exec<{ text: string }>(
      "SELECT text FROM staged_file WHERE path = ? OR path LIKE ? || char(0) || '%' ORDER BY path",
      path,
      path,
    );
    return rows
      .toArray()
      .map((row) => row.text)
      .join("");
  }

  paths(kind: string): string[] {
    return this.#sql
      .exec<{ path: string }>("SELECT path FROM staged_file WHERE kind = ? ORDER BY path", kind)
      .toArray()
      .map((row) => row.path);
  }

  undone(limit: number): string[] {
    const rows = this.#sql.exec<{ path: string }>(
      "SELECT path FROM staged_file WHERE kind = 'jobs' AND done = 0 ORDER BY path LIMIT ?",
      limit,
    );
    return rows.toArray().map((row) => row.path);
  }

  counts(): { done: number; total: number } {
    return this.#sql
      .exec<{ done: number; total: number }>(
        "SELECT coalesce(sum(done), 0) AS done, count(*) AS total FROM staged_file WHERE kind = 'jobs'",
      )
      .one();
  }

  /** Keeps what a file holds and marks it done. */
  putJobs(file: JobFile): void {
    const insert = (kind: Kind, repo: string, jobs: readonly Written<unknown>[]): void => {
      if (jobs.length === 0) return;
      const base = this.#sql.exec<{ last: number | null }>("SELECT max(seq) AS last FROM staged_job").one().last ?? 0;
      jobs.forEach((job, at) =>
        this.#sql.exec(
          "INSERT INTO staged_job (kind, repo, seq, job) VALUES (?, ?, ?, ?)",
          kind,
          repo,
          base + at + 1,
          JSON.stringify(job),
        ),
      );
    };
    for (const [repo, jobs] of Object.entries(file.presubmits)) insert("presubmit", repo, jobs);
    for (const [repo, jobs] of Object.entries(file.postsubmits)) insert("postsubmit", repo, jobs);
    insert("periodic", "", file.periodics);
    for (const preset of file.presets)
      this.#sql.exec("INSERT INTO staged_preset (file, preset) VALUES (?, ?)", file.file, JSON.stringify(preset));
    this.#sql.exec("UPDATE staged_file SET done = 1 WHERE path = ?", file.file);
  }

  jobs<T>(kind: Kind, repo: string): Written<T>[] {
    const rows = this.#sql.exec<{ job: string }>(
      "SELECT job FROM staged_job WHERE repo = ? AND kind = ? ORDER BY seq",
      repo,
      kind,
    );
    return rows.toArray().map((row) => JSON.parse(row.job) as Written<T>);
  }

  jobRepositories(): string[] {
    return this.#sql
      .exec<{ repo: string }>("SELECT DISTINCT repo FROM staged_job WHERE repo <> ''")
      .toArray()
      .map((row) => row.repo);
  }

  jobCount(kind: Kind): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM staged_job WHERE kind = ?", kind).one().n;
  }

  presets(): { file: string; preset: Preset }[] {
    const rows = this.#sql
      .exec<{ file: string; preset: string }>("SELECT file, preset FROM staged_preset ORDER BY seq")
      .toArray();
    return rows.map(({ file, preset }) => ({ file, preset: JSON.parse(preset) as Preset }));
  }

  putProblems(problems: readonly Problem[]): void {
    const known = this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM staged_problem").one().n;
    for (const problem of problems.slice(0, Math.max(0, MOST_PROBLEMS - known))) {
      this.#sql.exec(
        "INSERT INTO staged_problem (severity, problem) VALUES (?, ?)",
        problem.severity,
        JSON.stringify(problem),
      );
    }
  }

  /** Errors first. */
  problems(limit: number): Problem[] {
    const rows = this.#sql
      .exec<{ problem: string }>("SELECT problem FROM staged_problem ORDER BY severity, seq LIMIT ?", limit)
      .toArray();
    return rows.map((row) => JSON.parse(row.problem) as Problem);
  }

  hasErrors(): boolean {
    return this.#sql.exec("SELECT 1 FROM staged_problem WHERE severity = 'error' LIMIT 1").toArray().length > 0;
  }

  putRepositories(names: readonly string[]): void {
    for (const name of names) this.#sql.exec("INSERT OR IGNORE INTO staged_repo (name, done) VALUES (?, 0)", name);
  }

  undoneRepositories(limit: number): string[] {
    return this.#sql
      .exec<{ name: string }>("SELECT name FROM staged_repo WHERE done = 0 ORDER BY name LIMIT ?", limit)
      .toArray()
      .map((row) => row.name);
  }

  repositoryDone(name: string): void {
    this.#sql.exec("UPDATE staged_repo SET done = 1 WHERE name = ?", name);
  }
}
