/** Velodrome's transform of one repository: step by step, resumable at each, whatever is cut off (spec velodrome 1.4, 1.12). */
import { type Env, settings } from "../src/env.ts";
import { githubClient } from "../src/github/index.ts";
import { stored } from "../src/store/stored.ts";
import type { Definition } from "../src/velodrome/definitions.ts";
import { lookBehind, type Marks, marksNow } from "../src/velodrome/points/late.ts";
import { type Metrics, metricsOf } from "../src/velodrome/points/metrics.ts";
import { beginAnew, progressOf } from "../src/velodrome/points/progress.ts";
import { keep } from "../src/velodrome/points/keep.ts";
import { definitionOf, type Progress, save, step, type Working, working } from "../src/velodrome/points/step.ts";
import { tidy } from "../src/velodrome/points/tidy.ts";
import { LateRow } from "../src/velodrome/transform/run.ts";
import type { MetricProgress } from "../src/velodrome/view.ts";
import { factOf, putFact } from "./facts.ts";

/** What a metric's run knew after the steps `seq - 1` and `seq`: D1 says which of them counts. */
export const STATE_TABLE = `CREATE TABLE metric_state (metric TEXT NOT NULL, generation INTEGER NOT NULL, seq INTEGER NOT NULL,
  part INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (metric, generation, seq, part)) WITHOUT ROWID`;

/** Of one value: SQLite's objects take two million bytes. */
const PART_CHARS = 500_000;
/** What GitHub lists late, and what webhooks are about to bring. Seconds. */
const MARGIN_S = 120;
const EVERY_MS = 30 * 60_000;
/** All over again for rows that came late, at most this often. */
const ANEW_MS = 24 * 3600_000;
const FILE_BYTES = 1024 * 1024;

interface Current {
  readonly progress: Progress;
  readonly at: Working;
}

export interface Worked {
  /** Rows of D1. */
  readonly used: number;
  readonly more: boolean;
}

export class MirrorTransform {
  readonly #env: Env;
  readonly #storage: DurableObjectStorage;
  readonly #repository: string;
  #current: Current | null = null;
  #metrics: Metrics | null = null;

  constructor(env: Env, storage: DurableObjectStorage, repository: string) {
    this.#env = env;
    this.#storage = storage;
    this.#repository = repository;
  }

  /** Whether to go on, now that everything up to `startedAt` (milliseconds) was read. `atOnce`: somebody waits for it. */
  due(startedAt: number, atOnce = false): boolean {
    const until = Math.floor(startedAt / 1000) - (atOnce ? 1 : MARGIN_S);
    const last = Number(this.#fact("until"));
    if (until <= last || (!atOnce && last > 0 && startedAt < last * 1000 + EVERY_MS)) return false;
    this.#keep("until", String(until));
    this.#metrics = null;
    return true;
  }

  /**
   * Goes on up to `until` (seconds), whatever the last pass read; at once all anew for rows that are older than its points, or may
   * have come behind a run that has not come to its end yet.
   */
  wake(until: number): void {
    const latest = Math.floor(Date.now() / 1000) - MARGIN_S;
    this.#keep("until", String(Math.max(Number(this.#fact("until")), Math.min(until, latest))));
    this.#keep("looked", "");
    this.#keep("anew", "");
    if (this.#fact("marks") !== "" && this.#fact("transformed") === "") this.#keep("late", "yes");
    this.#metrics = null;
  }

  /** What is wrong with the definitions; empty: nothing. */
  get problem(): string {
    return this.#fact("problem");
  }

  async progress(): Promise<readonly MetricProgress[]> {
    const found = await progressOf(this.#env.DB, this.#repository);
    return found.map(({ metric, until, shown }) => ({ metric, until, shown: shown > 0 }));
  }

  /** The next piece of work, if there is any. */
  async work(): Promise<Worked> {
    const { DB: db } = this.#env;
    const now = Math.floor(Date.now() / 1000);
    const late = await this.#late();
    if (late) return late;
    const { definitions } = (this.#metrics ??= await this.#defined());
    const until = Number(this.#fact("until"));
    const progress = new Map((await progressOf(db, this.#repository)).map((one) => [one.metric, one]));
    for (const definition of definitions) {
      const known = progress.get(definition.metric);
      if (known?.definition === definitionOf(definition) && known.until >= until) continue;
      return await this.#step(definition, known, until, now);
    }
    this.#current = null;
    const names = new Set(definitions.map(({ metric }) => metric));
    const { more, used } = await tidy(db, this.#repository, [...progress.values()], names, now);
    if (!more) this.#keep("transformed", String(until));
    return { more, used: used + progress.size };
  }

  /** The repository has another name now, under which all of it is made anew. */
  async forget(): Promise<Worked> {
    const { DB: db } = this.#env;
    const progress = await progressOf(db, this.#repository);
    const { more, used } = await tidy(db, this.#repository, progress, new Set(), Math.floor(Date.now() / 1000));
    return { more, used: used + progress.length };
  }

  async #step(definition: Definition, known: Progress | undefined, until: number, now: number): Promise<Worked> {
    const { DB: db } = this.#env;
    const at = this.#resume(definition, known);
    if (at === null) {
      await this.#anew(definition);
      return { used: 10, more: true };
    }
    this.#current = null;
    try {
      const done = await step(db, this.#repository, definition, at.at, until, now);
      this.#save(at.progress, save(at.at));
      const { kept, used } = await keep(db, this.#repository, at.progress, done, until, now);
      if (kept) this.#current = { progress: { ...at.progress, seq: at.progress.seq + 1 }, at: at.at };
      return { used: done.used + used, more: true };
    } catch (error) {
      if (!(error instanceof LateRow)) throw error;
      await this.#anew(definition);
      return { used: 10, more: true };
    }
  }

  /** Where it stands; null: it has to begin, or to begin anew. */
  #resume(definition: Definition, known: Progress | undefined): Current | null {
    if (known?.definition !== definitionOf(definition)) return null;
    const { metric, generation, seq } = known;
    const current = this.#current?.progress;
    if (this.#current && current?.metric === metric && current.generation === generation && current.seq === seq)
      return this.#current;
    if (seq === 0) return { progress: known, at: working(this.#repository, definition, null) };
    const text = this.#saved(known);
    return text === null ? null : { progress: known, at: working(this.#repository, definition, text) };
  }

  async #anew(definition: Definition): Promise<void> {
    this.#current = null;
    this.#storage.sql.exec("DELETE FROM metric_state WHERE metric = ?", definition.metric);
    await beginAnew(this.#env.DB, this.#repository, definition.metric, definitionOf(definition));
  }

  #saved({ metric, generation, seq }: Progress): string | null {
    const query = "SELECT text FROM metric_state WHERE metric = ? AND generation = ? AND seq = ? ORDER BY part";
    const parts = this.#storage.sql.exec<{ text: string }>(query, metric, generation, seq).toArray();
    return parts.length === 0 ? null : parts.map(({ text }) => text).join("");
  }

  /** What it knows after its next step; what it knew after the last one stays, should that step not come to count. */
  #save({ metric, generation, seq }: Progress, text: string): void {
    this.#storage.transactionSync(() => {
      const { sql } = this.#storage;
      sql.exec("DELETE FROM metric_state WHERE metric = ? AND (generation, seq) <> (?, ?)", metric, generation, seq);
      for (let part = 0; part * PART_CHARS < text.length; part += 1) {
        const piece = text.slice(part * PART_CHARS, (part + 1) * PART_CHARS);
        const query = "INSERT INTO metric_state (metric, generation, seq, part, text) VALUES (?, ?, ?, ?, ?)";
        sql.exec(query, metric, generation, seq + 1, part, piece);
      }
    });
  }

  /** Looks for rows that came late; null: there is nothing to look at any more. */
  async #late(): Promise<Worked | null> {
    const until = this.#fact("until");
    if (this.#fact("looked") === until) return null;
    const marks = this.#fact("marks");
    if (marks === "") {
      this.#keep("marks", JSON.stringify(await marksNow(this.#env.DB)));
      this.#keep("looked", until);
      return null;
    }
    const found = await lookBehind(this.#env.DB, this.#repository, stored<Marks>(marks));
    const transformed = Number(this.#fact("transformed"));
    if (found.earliest !== null && found.earliest <= transformed) this.#keep("late", "yes");
    this.#keep("marks", JSON.stringify(found.marks));
    if (found.more) return { used: found.used, more: true };
    this.#keep("looked", until);
    if (this.#fact("late") !== "" && Date.now() > Number(this.#fact("anew")) + ANEW_MS) await this.#allAnew();
    return { used: found.used, more: true };
  }

  async #allAnew(): Promise<void> {
    const { definitions } = (this.#metrics ??= await this.#defined());
    for (const definition of definitions) await this.#anew(definition);
    this.#keep("anew", String(Date.now()));
    this.#keep("late", "");
  }

  /** By the configuration repository's file, if there is to be one; when it cannot be read, as before. */
  async #defined(): Promise<Metrics> {
    const { VELODROME_CONFIG: file, CONFIG_REPO: where } = settings(this.#env);
    if (file === "" || where === undefined) return metricsOf(this.#repository, "", null);
    const [name = "", ref = ""] = where.split("@");
    const [owner = "", repo = ""] = name.split("/");
    const client = githubClient(this.#env, {
      owner,
      repo,
      delivery: "velodrome",
      consumer: "fetcher",
      background: true,
    });
    const { data } = await client.request("GET /repos/{owner}/{repo}/contents/{path}", {
      owner,
      repo,
      path: file,
      mediaType: { format: "raw" },
      ref,
    });
    const text: unknown = data;
    if (typeof text !== "string" || text.length > FILE_BYTES)
      throw new Error(`${file} of ${where} is no file of at most ${FILE_BYTES} characters`);
    const metrics = metricsOf(this.#repository, file, text);
    this.#keep("problem", metrics.problem);
    return metrics;
  }

  #fact(key: string): string {
    return factOf(this.#storage.sql, `transform ${key}`);
  }

  #keep(key: string, value: string): void {
    putFact(this.#storage.sql, `transform ${key}`, value);
  }
}
