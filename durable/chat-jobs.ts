/** The jobs of one object: the newest summary of each, what was said of it, what a newer run supersedes. */
import type { Effect } from "../src/chatops/effects.ts";
import type { RepoConfig } from "../src/config/model.ts";
import { type Env, settings } from "../src/env.ts";
import type { ProwJob } from "../src/jobs/prowjob.ts";
import { commentEffects, statusEffect } from "../src/jobs/report.ts";
import type { JobSummary, ReportTo } from "../src/jobs/rpc.ts";
import { stored } from "../src/store/stored.ts";
import type { JobRow } from "./chat-tables.ts";

/** Finished jobs are remembered for the result comment, the newest of them. */
const JOBS_KEPT = 500;
/** Older ones go when this many have ended: looking for them reads every row. */
const PRUNE_EVERY = 100;

export interface ReportContext {
  readonly author: string;
  /** 0: there is no pull request to comment on. */
  readonly number: number;
}

export class ChatJobs {
  readonly #sql: SqlStorage;
  readonly #env: Env;
  #ended = 0;

  constructor(sql: SqlStorage, env: Env) {
    this.#sql = sql;
    this.#env = env;
  }

  /** Keeps a summary; false when this version or a newer one is known. */
  put(summary: JobSummary): boolean {
    const known = this.#get(summary.id);
    if (known && known.version >= summary.version) return false;
    const { id, version, job, baseRef, type, complete, startTime } = summary;
    this.#sql.exec(
      `INSERT INTO job (id, version, name, base_ref, type, complete, superseded, summary, started, said_version, said_status)
       VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, 0, '')
       ON CONFLICT (id) DO UPDATE SET version = excluded.version, complete = excluded.complete, summary = excluded.summary`,
      id,
      version,
      job,
      baseRef,
      type,
      complete ? 1 : 0,
      JSON.stringify(summary),
      Math.trunc(startTime),
    );
    return true;
  }

  /** The oldest job whose newest version has not been reported. */
  unsaid(): JobSummary | null {
    const rows = this.#sql.exec<JobRow>("SELECT * FROM job WHERE said_version < version ORDER BY started LIMIT 1");
    const row = rows.toArray()[0];
    return row ? stored<JobSummary>(row.summary) : null;
  }

  /**
   * What to report of a job now: its status, unless it is the one that was decided last, and the one comment. Runs that
   * a newer one supersedes say nothing. Without a configuration there is the status alone.
   */
  reports(job: JobSummary, config: RepoConfig | null, { author, number }: ReportContext): Effect[] {
    const row = this.#get(job.id);
    if (!row || row.superseded === 1 || this.#overtaken(row, job)) return [];
    const status = statusEffect(job, config?.prow.github_reporter.job_types_to_report);
    const effects: Effect[] = status && row.said_status !== JSON.stringify(status) ? [status] : [];
    if (!config || !job.complete || number === 0 || job.type !== "presubmit") return effects;
    const { PUBLIC_URL: publicUrl } = settings(this.#env);
    return [...effects, ...commentEffects(this.#presubmits(), { author, publicUrl, config, number })];
  }

  /** Whether a run that started later speaks for the same commit, e.g. after a change of the base branch. */
  #overtaken({ id, started }: JobRow, { type, context, sha }: JobSummary): boolean {
    if (type !== "presubmit") return false;
    const newer = this.#sql.exec(
      `SELECT 1 FROM job WHERE type = 'presubmit' AND started > ? AND id <> ? AND version > 0
         AND summary ->> 'context' = ? AND summary ->> 'sha' = ? LIMIT 1`,
      started,
      id,
      context,
      sha,
    );
    return newer.toArray().length > 0;
  }

  /** Part of the transaction that writes what was decided. */
  said(job: JobSummary, effects: readonly Effect[]): void {
    const status = effects.find((effect) => effect.kind === "setStatus");
    this.#sql.exec(
      "UPDATE job SET said_version = ?, said_status = iif(? = '', said_status, ?) WHERE id = ?",
      job.version,
      status ? "set" : "",
      status ? JSON.stringify(status) : "",
      job.id,
    );
    if (!job.complete) return;
    this.#ended += 1;
    if (this.#ended % PRUNE_EVERY !== 1) return;
    this.#sql.exec(
      "DELETE FROM job WHERE complete = 1 AND id IN (SELECT id FROM job ORDER BY started DESC LIMIT -1 OFFSET ?)",
      JOBS_KEPT,
    );
  }

  /** Creates a job, after older unfinished presubmits of the same name and base are told to stop. False: it was there. */
  async start(job: ProwJob, reportTo: NonNullable<ReportTo>): Promise<boolean> {
    const id = job.metadata.name;
    const baseRef = job.spec.refs?.base_ref ?? "";
    if (!this.#get(id)) {
      if (job.spec.type === "presubmit") await this.#supersede(job.spec.job, baseRef, "A newer run takes its place.");
      const started = Date.parse(job.status.startTime);
      this.#sql.exec(
        `INSERT OR IGNORE INTO job (id, version, name, base_ref, type, complete, superseded, summary, started, said_version, said_status)
         VALUES (?, 0, ?, ?, ?, 0, 0, '', ?, 0, '')`,
        id,
        job.spec.job,
        baseRef,
        job.spec.type,
        Number.isFinite(started) ? started : Date.now(),
      );
    }
    const { created, summary } = await this.#env.JOB.getByName(`job:${id}`).start(JSON.stringify(job), reportTo);
    this.put(summary);
    return created;
  }

  async #supersede(name: string, baseRef: string, reason: string): Promise<void> {
    const older = this.#sql
      .exec<JobRow>(
        "SELECT * FROM job WHERE name = ? AND base_ref = ? AND type = 'presubmit' AND complete = 0",
        name,
        baseRef,
      )
      .toArray();
    for (const { id } of older) {
      this.#sql.exec("UPDATE job SET superseded = 1 WHERE id = ?", id);
      await this.#env.JOB.getByName(`job:${id}`).abort(reason, "cutwater", true);
    }
  }

  /**
   * Keeps a job that was finished from the start. What is known of it counts as said; unfinished presubmits of the same
   * name and base are told to stop, and say nothing any more. False: it was known.
   */
  async record(job: ProwJob): Promise<boolean> {
    const id = job.metadata.name;
    const { type, job: name, refs } = job.spec;
    if (type === "presubmit" && !this.#get(id)) {
      const reason = job.status.description ?? "Its result was recorded.";
      await this.#supersede(name, refs?.base_ref ?? "", reason);
    }
    const summary = await this.#env.JOB.getByName(`job:${id}`).record(JSON.stringify(job));
    if (!this.put(summary)) return false;
    this.#sql.exec("UPDATE job SET said_version = version WHERE id = ?", id);
    return true;
  }

  /** Has the newest result of each context on a commit said once more; `sha` empty: on the commit of the newest job. */
  sayAgain(sha: string): number {
    const commit = sha || (this.#presubmits().at(-1)?.sha ?? "");
    const newest = `SELECT id, row_number() OVER (PARTITION BY summary ->> 'context' ORDER BY started DESC, id DESC) AS n
      FROM job WHERE superseded = 0 AND type = 'presubmit' AND iif(version = 0, '', summary ->> 'sha') = ?`;
    const again = this.#sql.exec(
      `UPDATE job SET said_version = 0, said_status = '' WHERE id IN (SELECT id FROM (${newest}) WHERE n = 1) RETURNING id`,
      commit,
    );
    return again.toArray().length;
  }

  /** Tells all unfinished jobs of a type to stop; answers how many were. */
  async abortAll(type: string, reason: string): Promise<number> {
    const rows = this.#sql.exec<JobRow>("SELECT * FROM job WHERE complete = 0 AND type = ?", type).toArray();
    const aborted = rows.map(({ id }) => this.#env.JOB.getByName(`job:${id}`).abort(reason, "cutwater", false));
    return (await Promise.all(aborted)).filter(Boolean).length;
  }

  #presubmits(): JobSummary[] {
    const rows = this.#sql.exec<{ summary: string }>(
      "SELECT summary FROM job WHERE version > 0 AND superseded = 0 AND type = 'presubmit' ORDER BY started",
    );
    return rows.toArray().map((row) => stored<JobSummary>(row.summary));
  }

  #get(id: string): JobRow | null {
    return this.#sql.exec<JobRow>("SELECT * FROM job WHERE id = ?", id).toArray()[0] ?? null;
  }
}
