import { DurableObject } from "cloudflare:workers";
import { currentConfig, periodicsKey } from "../src/config/current.ts";
import type { Periodic } from "../src/config/model.ts";
import { durationSeconds } from "../src/config/values.ts";
import { type Env, settings } from "../src/env.ts";
import { periodicJob, RETRY_LABEL } from "../src/jobs/create.ts";
import { arm, delayOf, startsRun } from "../src/jobs/horologium.ts";
import type { HorologiumRpc, JobSummary } from "../src/jobs/rpc.ts";
import { stored } from "../src/store/stored.ts";
import { PERIODIC_TABLES, type PeriodicRow, Periodics } from "./horologium-tables.ts";
import { migrate } from "./migrate.ts";
import { LEAN_TODO, Todo, TODO_TABLE } from "./todo.ts";

const MIGRATIONS = [TODO_TABLE, ...PERIODIC_TABLES, ...LEAN_TODO];

/** After an outage everything is due at once: at most this many start before a pause. */
const STARTS_A_SLICE = 25;
const PAUSE_MS = 2_500;
/** Of a configuration that was compiled before this object existed. */
const PROW_DEFAULTS = { prowjob_namespace: "default", link_url: "https://github.com" };
/** A start that failed is tried again, as the same run. */
const AGAIN_MS = 15_000;

const jitterOf = (env: Env): number => (durationSeconds(settings(env).PERIODICS_JITTER) ?? 0) * 1000;

/**
 * Prow's horologium: starts the periodic jobs (spec jobs 4.4). One row per job says when it is due; the alarm is the
 * earliest. A firing that nobody was there for is caught up once. A run's id derives from when it was due: none starts twice.
 */
export class Horologium extends DurableObject<Env> implements HorologiumRpc {
  readonly #todo: Todo;
  readonly #periodics: Periodics;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    this.#todo = new Todo(context.storage);
    this.#periodics = new Periodics(context.storage.sql, (name) => delayOf(name, jitterOf(env)));
    void context.blockConcurrencyWhile(async () => migrate(context.storage, MIGRATIONS));
  }

  async sync(): Promise<void> {
    this.#todo.put("sync", Date.now());
    await this.#todo.arm();
  }

  async jobChanged(summary: JobSummary, retry: number): Promise<void> {
    const row = this.#periodics.get(summary.job);
    if (!row) return;
    const now = Date.now();
    const ended = summary.complete ? now : null;
    const succeeded = summary.state === "success" ? 1 : 0;
    if (row.run === summary.id) {
      if (ended === null || row.ended !== null) return;
      this.#periodics.put({ ...row, ended, succeeded }, now);
    } else {
      if (row.started !== null && summary.startTime <= row.started) return;
      const { id, startTime } = summary;
      this.#periodics.put({ ...row, run: id, started: startTime, ended, succeeded, retries: retry }, now);
    }
    await this.#arm();
  }

  async schedule(name: string): Promise<{ due: number | null; latest: string | null; running: boolean } | null> {
    const row = this.#periodics.get(name);
    if (!row || row.gone !== null) return null;
    return { due: row.due, latest: row.run || null, running: row.run !== "" && row.ended === null };
  }

  override async alarm(): Promise<void> {
    await this.#todo.drain((key) => (key === "sync" ? this.#sync() : this.#fireDue()));
  }

  async #sync(): Promise<void> {
    const version = await this.env.CONFIGURATION.getByName("installation").current();
    if (version === "" || version === this.#periodics.version()) return;
    const document = await this.env.ARTIFACTS.get(periodicsKey(version));
    if (!document) throw new Error(`${periodicsKey(version)} is not there`);
    const jobs = await document.json<Periodic[]>();
    this.ctx.storage.transactionSync(() => this.#periodics.configure(version, jobs, Date.now()));
    await this.#arm();
  }

  async #fireDue(): Promise<number | void> {
    const now = Date.now();
    const rows = this.#periodics.due(now, STARTS_A_SLICE);
    await Promise.all(rows.map((row) => this.#fire(row)));
    const next = this.#periodics.nextDue();
    if (next !== null) return Math.max(next, rows.length < STARTS_A_SLICE ? 0 : now + PAUSE_MS);
  }

  async #fire(row: PeriodicRow): Promise<void> {
    const now = Date.now();
    const latest = this.#periodics.latest(row);
    try {
      const run = startsRun(latest, row.rerun) ? await this.#start(row, now) : null;
      // Meanwhile the configuration may have changed, or the run ended.
      const known = this.#periodics.get(row.name);
      if (!known || known.gone !== null) return;
      const fresh =
        run !== null && run !== known.run ? { run, started: now - (now % 1000), ended: null, succeeded: 0 } : {};
      const armed = row.rerun > 0 ? known.armed : arm(stored<Periodic>(known.job), now, false);
      const retries = run === null ? known.retries : row.rerun;
      this.#periodics.put({ ...known, ...fresh, armed, retries }, now);
    } catch (error) {
      console.warn(
        JSON.stringify({ message: "periodic not started, will be tried again", job: row.name, error: String(error) }),
      );
      this.#periodics.later(row.name, now + AGAIN_MS);
    }
  }

  /** Answers the id of the run: the same again for the same firing. */
  async #start(row: PeriodicRow, now: number): Promise<string> {
    const config = await currentConfig(this.env, "", "");
    const guid = `periodic:${row.slot ?? 0}:${row.rerun}`;
    const { PUBLIC_URL: publicUrl } = settings(this.env);
    const prow = config?.prow ?? PROW_DEFAULTS;
    const labels = row.rerun > 0 ? { [RETRY_LABEL]: String(row.rerun) } : {};
    const origin = { guid, now, publicUrl, settings: prow, webhook: false };
    const job = await periodicJob(stored<Periodic>(row.job), origin, labels);
    const id = job.metadata.name;
    await this.env.JOB.getByName(`job:${id}`).start(JSON.stringify(job), null);
    return id;
  }

  async #arm(): Promise<void> {
    const next = this.#periodics.nextDue();
    if (next === null) this.#todo.drop("fire");
    else this.#todo.put("fire", next);
    await this.#todo.arm();
  }
}
