/** A load under way, in the object's own tables: files, then the jobs that each holds, then which repositories are done. */
import type { Problem } from "../src/config/model.ts";
import type { WrittenPreset } from "../src/config/presets.ts";
import type { JobFile, Written } from "../src/config/source.ts";
import type { FileKind } from "../src/config/tarball.ts";
import { stored } from "../src/store/stored.ts";

export const STAGING_TABLES = [
  "CREATE TABLE staged_file (path TEXT PRIMARY KEY, kind TEXT NOT NULL, length INTEGER NOT NULL, done INTEGER NOT NULL)",
  "CREATE TABLE staged_text (path TEXT NOT NULL, piece INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (path, piece))",
  "CREATE TABLE staged_job (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, repo TEXT NOT NULL, name TEXT NOT NULL, job TEXT NOT NULL)",
  "CREATE INDEX staged_job_repo ON staged_job (repo, kind, seq)",
  "CREATE TABLE staged_preset (seq INTEGER PRIMARY KEY, preset TEXT NOT NULL)",
  "CREATE TABLE staged_problem (seq INTEGER PRIMARY KEY, severity TEXT NOT NULL, problem TEXT NOT NULL)",
  "CREATE TABLE staged_repo (name TEXT PRIMARY KEY, done INTEGER NOT NULL)",
];
const TABLES = ["file", "text", "job", "preset", "problem", "repo"];

/** Problems kept of one load: enough to mend by, bounded. */
const MOST_PROBLEMS = 2_000;
const LONGEST_TEXT = 600;
/** Characters. A row of an object holds at most 1 MiB by our own assertion (design 10), and UTF-8 takes up to three bytes. */
const PIECE = 340_000;
const LONGEST_JOB = PIECE;

export type JobKind = "presubmit" | "postsubmit" | "periodic";

const cut = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)} ...` : text);

export class Staging {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  clear(): void {
    for (const table of TABLES) this.#sql.exec(`DELETE FROM staged_${table}`);
  }

  putFile(path: string, kind: FileKind, text: string): void {
    this.dropFile(path);
    this.#sql.exec("INSERT INTO staged_file (path, kind, length, done) VALUES (?, ?, ?, 0)", path, kind, text.length);
    for (let at = 0, piece = 0; at < text.length; at += PIECE, piece += 1) {
      const part = text.slice(at, at + PIECE);
      this.#sql.exec("INSERT INTO staged_text (path, piece, text) VALUES (?, ?, ?)", path, piece, part);
    }
  }

  dropFile(path: string): void {
    this.#sql.exec("DELETE FROM staged_file WHERE path = ?", path);
    this.#sql.exec("DELETE FROM staged_text WHERE path = ?", path);
  }

  /** Null when there is no such file. */
  textOf(path: string): string | null {
    if (this.#sql.exec("SELECT 1 FROM staged_file WHERE path = ?", path).toArray().length === 0) return null;
    const rows = this.#sql.exec<{ text: string }>("SELECT text FROM staged_text WHERE path = ? ORDER BY piece", path);
    return [...rows].map((row) => row.text).join("");
  }

  files(kind: FileKind): { path: string; text: string }[] {
    return this.paths(kind).map((path) => ({ path, text: this.textOf(path) ?? "" }));
  }

  paths(kind: FileKind): string[] {
    const rows = this.#sql.exec<{ path: string }>("SELECT path FROM staged_file WHERE kind = ? ORDER BY path", kind);
    return [...rows].map((row) => row.path);
  }

  /** Job files still to read, in their order, at most `files` and about `length` characters, but at least one. */
  undoneFiles(files: number, length: number): string[] {
    const rows = this.#sql.exec<{ path: string; length: number }>(
      "SELECT path, length FROM staged_file WHERE kind = 'jobs' AND done = 0 ORDER BY path LIMIT ?",
      files,
    );
    const taken: string[] = [];
    let sum = 0;
    for (const row of rows) {
      sum += row.length;
      if (taken.length > 0 && sum > length) break;
      taken.push(row.path);
    }
    return taken;
  }

  counts(): { done: number; total: number } {
    return this.#sql
      .exec<{ done: number; total: number }>(
        "SELECT coalesce(sum(done), 0) AS done, count(*) AS total FROM staged_file WHERE kind = 'jobs'",
      )
      .one();
  }

  #putJob(kind: JobKind, repo: string, written: Written<unknown>): void {
    const job = JSON.stringify(written);
    if (job.length > LONGEST_JOB) {
      const { file, line, path } = written;
      const message = `This job is larger than ${LONGEST_JOB} characters, the most that one may have`;
      this.putProblems([{ severity: "error", code: "too-large", file, line, path: path.join("."), message }]);
      return;
    }
    this.#sql.exec(
      "INSERT INTO staged_job (kind, repo, name, job) VALUES (?, ?, ?, ?)",
      kind,
      repo.toLowerCase(),
      repo,
      job,
    );
  }

  /** Keeps what a file holds and marks it done. */
  putJobs(file: JobFile): void {
    for (const [repo, jobs] of Object.entries(file.presubmits))
      for (const job of jobs) this.#putJob("presubmit", repo, job);
    for (const [repo, jobs] of Object.entries(file.postsubmits))
      for (const job of jobs) this.#putJob("postsubmit", repo, job);
    for (const job of file.periodics) this.#putJob("periodic", "", job);
    for (const preset of file.presets)
      this.#sql.exec("INSERT INTO staged_preset (preset) VALUES (?)", JSON.stringify(preset));
    this.#sql.exec("UPDATE staged_file SET done = 1 WHERE path = ?", file.file);
  }

  /** The jobs of a repository, whatever the case of its name. */
  jobs<T>(kind: JobKind, repo: string): Written<T>[] {
    const rows = this.#sql.exec<{ job: string }>(
      "SELECT job FROM staged_job WHERE repo = ? AND kind = ? ORDER BY seq",
      repo.toLowerCase(),
      kind,
    );
    return [...rows].map((row) => stored<Written<T>>(row.job));
  }

  /** Periodic jobs after a sequence number, a batch at a time. */
  periodics<T>(after: number, limit: number): { jobs: Written<T>[]; last: number } {
    const rows = this.#sql
      .exec<{ seq: number; job: string }>(
        "SELECT seq, job FROM staged_job WHERE repo = '' AND kind = 'periodic' AND seq > ? ORDER BY seq LIMIT ?",
        after,
        limit,
      )
      .toArray();
    return { jobs: rows.map((row) => stored<Written<T>>(row.job)), last: rows.at(-1)?.seq ?? after };
  }

  /** Names of the repositories that have jobs, as first spelled. */
  jobRepositories(): string[] {
    const rows = this.#sql.exec<{ name: string }>(
      "SELECT name, min(seq) FROM staged_job WHERE repo <> '' GROUP BY repo ORDER BY repo",
    );
    return [...rows].map((row) => row.name);
  }

  jobCount(kind: JobKind): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM staged_job WHERE kind = ?", kind).one().n;
  }

  presets(): WrittenPreset[] {
    const rows = this.#sql.exec<{ preset: string }>("SELECT preset FROM staged_preset ORDER BY seq");
    return [...rows].map((row) => stored<WrittenPreset>(row.preset));
  }

  putProblems(problems: readonly Problem[]): void {
    const known = this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM staged_problem").one().n;
    // A flood of warnings must not hide that there is an error.
    const room = Math.max(0, MOST_PROBLEMS - known);
    const kept = [
      ...problems.slice(0, room),
      ...problems
        .slice(room)
        .filter((one) => one.severity === "error")
        .slice(0, 1),
    ];
    for (const problem of kept) {
      const shortened = { ...problem, message: cut(problem.message), path: cut(problem.path) };
      this.#sql.exec(
        "INSERT INTO staged_problem (severity, problem) VALUES (?, ?)",
        problem.severity,
        JSON.stringify(shortened),
      );
    }
  }

  /** Errors first, each in the order found. */
  problems(limit: number): Problem[] {
    const rows = this.#sql.exec<{ problem: string }>(
      "SELECT problem FROM staged_problem ORDER BY severity, seq LIMIT ?",
      limit,
    );
    return [...rows].map((row) => stored<Problem>(row.problem));
  }

  hasErrors(): boolean {
    return this.#sql.exec("SELECT 1 FROM staged_problem WHERE severity = 'error' LIMIT 1").toArray().length > 0;
  }

  putRepositories(names: readonly string[]): void {
    for (const name of names) this.#sql.exec("INSERT OR IGNORE INTO staged_repo (name, done) VALUES (?, 0)", name);
  }

  undoneRepository(): string | null {
    const rows = this.#sql.exec<{ name: string }>("SELECT name FROM staged_repo WHERE done = 0 ORDER BY name LIMIT 1");
    return rows.toArray()[0]?.name ?? null;
  }

  repositoryDone(name: string): void {
    this.#sql.exec("UPDATE staged_repo SET done = 1 WHERE name = ?", name);
  }

  repositories(): string[] {
    return [...this.#sql.exec<{ name: string }>("SELECT name FROM staged_repo ORDER BY name")].map((row) => row.name);
  }
}
