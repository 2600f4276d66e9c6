/** The jobs of one object: the newest summary of each, what was said of it, what a newer run supersedes. */
import type { Effect } from "../src/chatops/effects.ts";
import type { RepoConfig } from "../src/config/model.ts";
import { type Env, settings } from "../src/env.ts";
import type { ProwJob } from "../src/jobs/prowjob.ts";
import { commentEffects, statusEffect } from "../src/jobs/report.ts";
import type { JobSummary, ReportTo } from "../src/jobs/rpc.ts";
import type { JobRow } from "./chat-tables.ts";

/** Finished jobs are remembered for the result comment, the newest of each name. */
const JOBS_KEPT = 500;

export class ChatJobs {
  readonly #sql: SqlStorage;
  readonly #env: Env;

  constructor(sql: SqlStorage, env: Env) {
    this.#sql = sql;
    this.#env = env;
  }

  /** Keeps a summary; false when a newer one is known. */
  put(summary: JobSummary): boolean {
    const known = this.#get(summary.id);
    if (known && known.version >= summary.version) return false;
    this.#sql.exec(
      `INSERT INTO job (id, version, name, base_ref, type, complete, superseded, summary, started, said) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, '')
       ON CONFLICT (id) DO UPDATE SET version = excluded.version, complete = excluded.complete, summary = excluded.summary`,
      ...[
        summary.id,
        summary.version,
        summary.job,
        summary.baseRef,
        summary.type,
        summary.complete ? 1 : 0,
        JSON.stringify(summary),
        summary.startTime,
      ],
    );
    return true;
  }

  /** The oldest job whose newest version has not been reported. */
  unsaid(): JobSummary | null {
    const rows = this.#sql
      .exec<JobRow>(
        "SELECT * FROM job WHERE version > 0 AND said <> CAST(version AS TEXT) AND said NOT LIKE version || '|%' ORDER BY started LIMIT 1",
      )
      .toArray();
    return rows[0] ? (JSON.parse(rows[0].summary) as JobSummary) : null;
  }

  /** The effects that report a job: a status unless it says what was said last, and the one comment. Superseded runs say nothing. */
  reports(job: JobSummary, config: RepoConfig, about: { author: string; number: number; env: Env }): Effect[] {
    const row = this.#get(job.id);
    if (!row || row.superseded === 1) return [];
    const status = statusEffect(job, config.prow.github_reporter.job_types_to_report);
    const same = status !== null && row.said.slice(row.said.indexOf("|") + 1) === JSON.stringify(status);
    const context = { author: about.author, publicUrl: settings(about.env).PUBLIC_URL, config, number: about.number };
    const comments =
      job.complete && about.number > 0 && job.type === "presubmit" ? commentEffects(this.#latest(), context) : [];
    return [...(status && !same ? [status] : []), ...comments];
  }

  /** Remembers that a version was reported, and its status. */
  said(job: JobSummary): void {
    const status = statusEffect(job);
    this.#sql.exec("UPDATE job SET said = ? WHERE id = ?", `${job.version}|${JSON.stringify(status)}`, job.id);
    this.#sql.exec(
      "DELETE FROM job WHERE complete = 1 AND id NOT IN (SELECT id FROM job ORDER BY started DESC LIMIT ?)",
      JOBS_KEPT,
    );
  }

  /** Creates a job, after older unfinished presubmits of the same name and base are told to stop (spec jobs 2.4). */
  async start(job: ProwJob, reportTo: NonNullable<ReportTo>): Promise<boolean> {
    const id = job.metadata.name;
    const baseRef = job.spec.refs?.base_ref ?? "";
    if (job.spec.type === "presubmit" && !this.#get(id)) {
      const older = this.#sql
        .exec<JobRow>(
          "SELECT * FROM job WHERE name = ? AND base_ref = ? AND type = 'presubmit' AND complete = 0 AND id <> ?",
          job.spec.job,
          baseRef,
          id,
        )
        .toArray();
      for (const row of older) {
        this.#sql.exec("UPDATE job SET superseded = 1 WHERE id = ?", row.id);
        await this.#env.JOB.getByName(`job:${row.id}`).abort("A newer run takes its place.", "cutwater", true);
      }
    }
    const started = Date.parse(job.status.startTime);
    this.#sql.exec(
      "INSERT OR IGNORE INTO job (id, version, name, base_ref, type, complete, superseded, summary, started, said) VALUES (?, 0, ?, ?, ?, 0, 0, '', ?, '')",
      ...[id, job.spec.job, baseRef, job.spec.type, Number.isFinite(started) ? started : Date.now()],
    );
    const { created } = await this.#env.JOB.getByName(`job:${id}`).start(JSON.stringify(job), reportTo);
    return created;
  }

  async abortAll(type: string, reason: string): Promise<number> {
    const rows = this.#sql.exec<JobRow>("SELECT * FROM job WHERE complete = 0 AND type = ?", type).toArray();
    const outcomes = await Promise.all(
      rows.map((row) => this.#env.JOB.getByName(`job:${row.id}`).abort(reason, "trigger", false)),
    );
    return outcomes.filter(Boolean).length;
  }

  #latest(): JobSummary[] {
    const rows = this.#sql
      .exec<{ summary: string }>(
        "SELECT summary FROM job WHERE version > 0 AND superseded = 0 AND type = 'presubmit' ORDER BY started",
      )
      .toArray();
    return rows.map((row) => JSON.parse(row.summary) as JobSummary);
  }

  #get(id: string): JobRow | null {
    return this.#sql.exec<JobRow>("SELECT * FROM job WHERE id = ?", id).toArray()[0] ?? null;
  }
}
