/** The books of a merge pool: pull requests, runs, moves of the branch, merges under way, history. */
import type { MergedHour } from "../src/store/pool-row.ts";
import type { Presubmit } from "../src/config/model.ts";
import type { JobSummary } from "../src/jobs/rpc.ts";
import type {
  Candidate,
  Demands,
  HeadContext,
  MergedPaths,
  PullFacts,
  Refusal,
  Run,
  RunPull,
} from "../src/tide/model.ts";
import type { HistoryRecord } from "../src/tide/view.ts";
import { stored } from "../src/store/stored.ts";
import type { MergingRow, PullRow, RunRow } from "./pool-tables.ts";

/** `max-records-per-pool`. */
const HISTORY_KEPT = 1000;
const MOVES_KEPT = 200;
const RUNS_KEPT_MS = 3 * 24 * 3600_000;

/** Demands as they lie in a row: jobs by name, since the configuration has the rest. */
type KeptDemands = Omit<Demands, "jobs"> & { readonly jobs: readonly string[] };

export interface Standing {
  readonly facts: PullFacts;
  readonly demandedFor: string;
  readonly fault: string;
  readonly status: string;
}

export class PoolBooks {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** To be read anew. Those that are not known yet are kept as such. */
  stale(numbers: readonly number[]): void {
    for (const number of numbers) {
      this.#sql.exec(
        `INSERT INTO pull (number, stale, head, facts, demands, demanded_for, queued_at, refusal, status)
         VALUES (?, 1, '', '', '', '', 0, '', '') ON CONFLICT (number) DO UPDATE SET stale = 1 WHERE stale = 0`,
        number,
      );
    }
  }

  staleNumbers(most: number): readonly number[] {
    return this.#numbers("SELECT number FROM pull WHERE stale = 1 ORDER BY number LIMIT ?", most);
  }

  numbers(): readonly number[] {
    return this.#numbers("SELECT number FROM pull ORDER BY number");
  }

  #numbers(query: string, ...values: number[]): readonly number[] {
    return this.#sql
      .exec<{ number: number }>(query, ...values)
      .toArray()
      .map(({ number }) => number);
  }

  saw(facts: PullFacts): void {
    const { number, headSha } = facts;
    this.#sql.exec(
      `INSERT INTO pull (number, stale, head, facts, demands, demanded_for, queued_at, refusal, status)
       VALUES (?, 0, ?, ?, '', '', 0, '', '')
       ON CONFLICT (number) DO UPDATE SET stale = 0, facts = excluded.facts,
         status = iif(head = excluded.head, status, ''), head = excluded.head`,
      number,
      headSha,
      JSON.stringify(facts),
    );
  }

  gone(number: number): void {
    this.#sql.exec("DELETE FROM pull WHERE number = ?", number);
  }

  /** A status or check of a head, as an event tells it. Whether it is one that we know. */
  context(sha: string, context: HeadContext): boolean {
    const rows = this.#sql.exec<PullRow>("SELECT * FROM pull WHERE head = ? AND stale = 0", sha).toArray();
    for (const row of rows) {
      const facts = stored<PullFacts>(row.facts);
      const others = facts.contexts.filter((one) => one.context !== context.context || one.source !== context.source);
      this.#sql.exec(
        "UPDATE pull SET facts = ? WHERE number = ?",
        JSON.stringify({ ...facts, contexts: [...others, context] }),
        row.number,
      );
    }
    return rows.length > 0;
  }

  /** Open pull requests, with what is known of their demands. */
  standing(): readonly Standing[] {
    const rows = this.#sql.exec<PullRow>("SELECT * FROM pull WHERE facts <> '' ORDER BY number").toArray();
    return rows.map((row) => ({
      facts: stored<PullFacts>(row.facts),
      demandedFor: row.demanded_for,
      fault: row.demands.startsWith("!") ? row.demands.slice(1) : "",
      status: row.status,
    }));
  }

  /** `demandedFor`: what they were worked out from. Null: the configuration is at fault, in words. */
  demand(number: number, demandedFor: string, demands: Demands | null, fault: string): void {
    const kept = demands && { ...demands, jobs: demands.jobs.map(({ name }) => name) };
    this.#sql.exec(
      "UPDATE pull SET demands = ?, demanded_for = ? WHERE number = ?",
      kept ? JSON.stringify(kept) : `!${fault}`,
      demandedFor,
      number,
    );
  }

  queued(number: number, at: number): void {
    this.#sql.exec("UPDATE pull SET queued_at = ? WHERE number = ?", at, number);
  }

  refuse(number: number, refusal: Refusal | null): void {
    this.#sql.exec("UPDATE pull SET refusal = ? WHERE number = ?", refusal ? JSON.stringify(refusal) : "", number);
  }

  /** The last refusal, whether it stands or not. */
  refusal(number: number): Refusal | null {
    const row = this.#sql.exec<{ refusal: string }>("SELECT refusal FROM pull WHERE number = ?", number).toArray()[0];
    return row && row.refusal !== "" ? stored<Refusal>(row.refusal) : null;
  }

  wrote(number: number, status: string): void {
    this.#sql.exec("UPDATE pull SET status = ? WHERE number = ?", status, number);
  }

  /** `jobOf`: a presubmit by its name, as the pull request's own configuration has it. */
  candidates(jobsOf: (number: number) => ReadonlyMap<string, Presubmit>): readonly Candidate[] {
    const rows = this.#sql.exec<PullRow>("SELECT * FROM pull WHERE facts <> '' ORDER BY number").toArray();
    return rows.map((row): Candidate => {
      const jobs = jobsOf(row.number);
      const fault = row.demands.startsWith("!") ? row.demands.slice(1) : "";
      const kept = row.demands === "" || fault !== "" ? null : stored<KeptDemands>(row.demands);
      return {
        facts: stored<PullFacts>(row.facts),
        demands: kept && { ...kept, jobs: kept.jobs.flatMap((name) => jobs.get(name) ?? []) },
        fault: kept ? "" : fault || "What it needs is not known yet.",
        queuedAt: row.queued_at,
        refusal: row.refusal === "" ? null : stored<Refusal>(row.refusal),
      };
    });
  }

  /** Before it is created, so that a crash in between does not lose it; see {@link unsent}. */
  start(run: Run, prowjob: string): void {
    this.#sql.exec(
      `INSERT OR IGNORE INTO run (id, type, job, context, state, version, base, pulls, by_tide, started, prowjob)
       VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)`,
      run.id,
      run.type,
      run.job,
      run.context,
      run.state,
      run.baseSha,
      JSON.stringify(run.pulls),
      run.createdByTide ? 1 : 0,
      Math.trunc(run.startedAt),
      prowjob,
    );
  }

  unsent(): RunRow | null {
    return (
      this.#sql.exec<RunRow>("SELECT * FROM run WHERE prowjob <> '' ORDER BY started, rowid LIMIT 1").toArray()[0] ??
      null
    );
  }

  sent(id: string): void {
    this.#sql.exec("UPDATE run SET prowjob = '' WHERE id = ?", id);
  }

  /** News of a job; false when it is no news. `pulls`: of one that the pool did not start itself. */
  jobChanged(summary: JobSummary, pulls: readonly RunPull[]): boolean {
    const { id, version, state, job, context, baseSha, startTime, complete, description } = summary;
    const ending = complete ? description : "";
    const known = this.#sql.exec<RunRow>("SELECT * FROM run WHERE id = ?", id).toArray()[0];
    if (known && known.version >= version) return false;
    if (!known && (pulls.length === 0 || summary.type !== "presubmit")) return false;
    if (known) {
      const set = "state = ?, version = ?, ending = ?, prowjob = ''";
      this.#sql.exec(`UPDATE run SET ${set} WHERE id = ?`, state, version, ending, id);
      if (summary.conflict !== undefined) this.#clashed(known, summary.conflict);
    } else {
      this.#sql.exec(
        `INSERT INTO run (id, type, job, context, state, version, base, pulls, by_tide, started, prowjob, ending)
         VALUES (?, 'presubmit', ?, ?, ?, ?, ?, ?, 0, ?, '', ?)`,
        id,
        job,
        context,
        state,
        version,
        baseSha,
        JSON.stringify(pulls),
        Math.trunc(startTime),
        ending,
      );
    }
    if (complete && state === "success") this.#took(job, Date.now() - startTime);
    return true;
  }

  /** Git could not merge one after those before it in its batch; which of them it is about, Git does not say. */
  #clashed({ base, pulls }: RunRow, number: number): void {
    const numbers = stored<readonly RunPull[]>(pulls).map((pull) => pull.number);
    for (const before of numbers.slice(0, Math.max(0, numbers.indexOf(number))))
      this.#sql.exec("INSERT OR REPLACE INTO conflict (pair, base) VALUES (?, ?)", `${before} ${number}`, base);
  }

  /** A moving mean: the last few runs count most. */
  #took(job: string, ms: number): void {
    this.#sql.exec(
      `INSERT INTO typical (job, ms) VALUES (?, ?)
       ON CONFLICT (job) DO UPDATE SET ms = (ms * 3 + excluded.ms) / 4`,
      job,
      Math.trunc(ms),
    );
  }

  typicalMs(): ReadonlyMap<string, number> {
    const rows = this.#sql.exec<{ job: string; ms: number }>("SELECT job, ms FROM typical").toArray();
    return new Map(rows.map(({ job, ms }) => [job, ms]));
  }

  runs(): readonly Run[] {
    const rows = this.#sql.exec<RunRow>("SELECT * FROM run ORDER BY started, rowid").toArray();
    return rows.map(runOf);
  }

  /** Runs that are of no more use: their base is not one that the branch came from lately, and they have ended. */
  forget(now: number): void {
    this.#sql.exec(
      `DELETE FROM run WHERE started < ? OR (state NOT IN ('scheduling', 'triggered', 'pending')
         AND base NOT IN (SELECT from_sha FROM move) AND base <> (SELECT value FROM fact WHERE key = 'base'))`,
      now - RUNS_KEPT_MS,
    );
    this.#sql.exec("DELETE FROM move WHERE seq <= (SELECT max(seq) FROM move) - ?", MOVES_KEPT);
    this.#sql.exec("DELETE FROM conflict WHERE base <> (SELECT value FROM fact WHERE key = 'base')");
  }

  moved(move: MergedPaths): void {
    this.#sql.exec(
      "INSERT INTO move (from_sha, to_sha, pull, paths) VALUES (?, ?, ?, ?)",
      move.fromSha,
      move.toSha,
      JSON.stringify(move.pull),
      JSON.stringify(move.paths),
    );
  }

  moves(): readonly MergedPaths[] {
    const rows = this.#sql.exec<{ from_sha: string; to_sha: string; pull: string; paths: string }>(
      "SELECT from_sha, to_sha, pull, paths FROM move ORDER BY seq",
    );
    return rows.toArray().map((row) => ({
      fromSha: row.from_sha,
      toSha: row.to_sha,
      pull: stored<RunPull | null>(row.pull),
      paths: stored<readonly string[] | null>(row.paths),
    }));
  }

  conflicts(): ReadonlySet<string> {
    const rows = this.#sql.exec<{ pair: string }>("SELECT pair FROM conflict").toArray();
    return new Set(rows.map(({ pair }) => pair));
  }

  intend(pulls: readonly RunPull[]): void {
    for (const [seq, { number, sha }] of pulls.entries())
      this.#sql.exec("INSERT OR REPLACE INTO merging (number, seq, sha, asked) VALUES (?, ?, ?, 0)", number, seq, sha);
  }

  merging(): readonly MergingRow[] {
    return this.#sql.exec<MergingRow>("SELECT * FROM merging ORDER BY seq, number").toArray();
  }

  /** From here on GitHub may have merged it. */
  asked(number: number): void {
    this.#sql.exec("UPDATE merging SET asked = 1 WHERE number = ?", number);
  }

  ended(number: number): void {
    this.#sql.exec("DELETE FROM merging WHERE number = ?", number);
  }

  endedAll(): void {
    this.#sql.exec("DELETE FROM merging");
  }

  /** The same as the newest record only counts up. */
  record(record: Omit<HistoryRecord, "id" | "times">): void {
    const target = JSON.stringify(record.target);
    const newest = this.#sql
      .exec<{ id: number; action: string; base: string; target: string; err: string }>(
        "SELECT id, action, base, target, err FROM history ORDER BY id DESC LIMIT 1",
      )
      .toArray()[0];
    const same =
      newest?.action === record.action &&
      newest.base === record.baseSha &&
      newest.target === target &&
      newest.err === record.err;
    if (same) {
      this.#sql.exec("UPDATE history SET times = times + 1, time = ? WHERE id = ?", record.time, newest.id);
      return;
    }
    this.#sql.exec(
      "INSERT INTO history (time, action, base, target, err, times) VALUES (?, ?, ?, ?, ?, 1)",
      record.time,
      record.action,
      record.baseSha,
      target,
      record.err,
    );
    this.#sql.exec("DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?", HISTORY_KEPT);
  }

  /** Pull requests merged in each hour since a time (milliseconds). */
  mergedByHour(since: number): readonly MergedHour[] {
    return this.#sql
      .exec<{ at: number; merged: number; batched: number }>(
        `SELECT time / 3600000 * 3600 AS at, sum(json_array_length(target)) AS merged,
           sum(iif(action = 'MERGE_BATCH', json_array_length(target), 0)) AS batched
         FROM history WHERE action IN ('MERGE', 'MERGE_BATCH') AND err = '' AND time >= ? GROUP BY 1`,
        since,
      )
      .toArray();
  }

  history(most: number): readonly HistoryRecord[] {
    const rows = this.#sql.exec<{
      id: number;
      time: number;
      action: string;
      base: string;
      target: string;
      err: string;
      times: number;
    }>("SELECT * FROM history ORDER BY id DESC LIMIT ?", most);
    return rows.toArray().map(({ base, action, target, ...row }) => ({
      ...row,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `record` writes it
      action: action as HistoryRecord["action"],
      baseSha: base,
      target: stored<HistoryRecord["target"]>(target),
    }));
  }

  /** Batches that still run though the branch went another way. */
  abandoned(id: string): void {
    this.#sql.exec("UPDATE run SET state = 'aborted', prowjob = '' WHERE id = ?", id);
  }
}

function runOf(row: RunRow): Run {
  return {
    id: row.id,
    type: row.type === "batch" ? "batch" : "presubmit",
    job: row.job,
    context: row.context,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only summaries of jobs are written there
    state: row.state as Run["state"],
    baseSha: row.base,
    pulls: stored<readonly RunPull[]>(row.pulls),
    createdByTide: row.by_tide === 1,
    startedAt: row.started,
    ending: row.ending,
  };
}
