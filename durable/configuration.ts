import { DurableObject } from "cloudflare:workers";
import type { ConfigIndex, Problem } from "../src/config/model.ts";
import type { ConfigSource, ConfigState, ConfigurationRpc } from "../src/config/rpc.ts";
import { type ConfigPaths, TarballError } from "../src/config/tarball.ts";
import { type Env, settings } from "../src/env.ts";
import { GitHubError } from "../src/github/index.ts";
import { Loading, loadProblem } from "./configuration-load.ts";
import { reconcileSome } from "./configuration-reconcile.ts";
import { STAGING_TABLES } from "./configuration-staging.ts";
import { configTarball, reportConfigStatus } from "./configuration-sync.ts";
import { type Load, Loads, LOAD_TABLES } from "./configuration-tables.ts";
import { migrate } from "./migrate.ts";
import { LEAN_TODO, Todo, TODO_TABLE } from "./todo.ts";

const MIGRATIONS = [TODO_TABLE, ...LOAD_TABLES, ...STAGING_TABLES, ...LEAN_TODO];

/** A load that would take away more than this share of the jobs waits for an administrator. */
const DELETED_SHARE = 0.25;
const FEW_JOBS = 20;
/** How long a step may fail and be tried again, in milliseconds. */
const PATIENCE_MS = 60 * 60_000;
const KEYS_A_PAGE = 1_000;
/** How long a candidate is there to be compared with what is in use. */
const CANDIDATE_MS = 24 * 60 * 60_000;

/** What is still to do for a load; each goes on to the next. */
const STEPS = ["unpack", "parse", "compile"] as const;

/**
 * The configuration's versions, one object for the installation: a staged load in slices, an atomic switch. A faulty
 * configuration never replaces a good one (design 4). An object named `candidate:<id>` loads one that is only to be
 * compared: nobody asks it for the version in use, and it forgets all after a day.
 */
export class Configuration extends DurableObject<Env> implements ConfigurationRpc {
  readonly #todo: Todo;
  readonly #loads: Loads;
  readonly #loading: Loading;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#todo = new Todo(state.storage);
    this.#loads = new Loads(state.storage.sql);
    this.#loading = new Loading(state.storage.sql, env.ARTIFACTS);
    void state.blockConcurrencyWhile(async () => migrate(state.storage, MIGRATIONS));
  }

  async current(): Promise<string> {
    return this.#loads.currentVersion();
  }

  async state(): Promise<ConfigState> {
    const now = this.#loads.current();
    return {
      version: now?.version ?? "",
      index: now?.index ?? null,
      loads: this.#loads.list().map(({ key: _key, index: _index, ...load }) => load),
    };
  }

  async load(key: string, source: ConfigSource): Promise<{ id: string }> {
    return this.#begin(key, source);
  }

  async confirm(id: string): Promise<boolean> {
    const load = this.#loads.get(id);
    if (load?.state !== "needs-confirmation" || !load.index) return false;
    this.#switchTo(load.index);
    await this.#todo.arm();
    return true;
  }

  async sync(commit: string, delivery: string): Promise<void> {
    const same = (load: Load): boolean =>
      load.source.kind === "sync" && load.source.commit === commit && load.source.delivery === delivery;
    const known = this.#loads.list().some((load) => same(load) && load.state !== "refused");
    if (!known) await this.#begin("", { kind: "sync", commit, delivery });
  }

  override async alarm(): Promise<void> {
    await this.#todo.drain(async (key) => {
      const again = await this.#work(key);
      // The hot path asks this object for its version: let it, between any two slices.
      await scheduler.wait(0);
      return again;
    });
  }

  async #begin(key: string, source: ConfigSource): Promise<{ id: string }> {
    const id = crypto.randomUUID();
    for (const other of this.#loads.begin(id, key, source, Date.now()))
      for (const step of STEPS) this.#todo.drop(`${step}:${other}`);
    this.#next(`unpack:${id}`);
    this.#next(`report:${id}`);
    if (this.ctx.id.name?.startsWith("candidate:")) this.#todo.put("expire", Date.now() + CANDIDATE_MS);
    await this.#todo.arm();
    return { id };
  }

  /** Answers now to have the same step done once more. */
  async #work(key: string): Promise<number | void> {
    if (key === "prune") return this.#prune();
    if (key === "expire") return this.#expire();
    if (key.startsWith("reconcile:")) return this.#reconcile(key);
    if (key === "announce") return this.env.HOROLOGIUM.getByName("installation").sync();
    const [step = "", id = ""] = key.split(":");
    const load = this.#loads.get(id);
    if (!load) return;
    if (step === "report") return reportConfigStatus(this.env, load);
    if (load.state !== "loading") return;
    try {
      if (step === "unpack") return await this.#unpack(load);
      if (step === "parse") return this.#parse(load);
      if (step === "compile") return await this.#compile(load);
    } catch (error) {
      if (error instanceof TarballError) return this.#refuse(load, error.message);
      const hopeless = error instanceof GitHubError && !error.passing;
      if (!hopeless && Date.now() - load.startedAt < PATIENCE_MS) throw error;
      const text = error instanceof Error ? error.message : String(error);
      this.#refuse(load, `Loading failed: ${text}`);
    }
  }

  async #unpack(load: Load): Promise<void> {
    const archive = await this.#archive(load);
    if (!archive) return this.#refuse(load, "The archive is gone; push it again");
    await this.#loading.unpack(archive, this.#paths(load.source), () => this.#loads.isLoading(load.id));
    if (!this.#loads.isLoading(load.id)) return;
    this.#progress(load.id);
    this.#next(`parse:${load.id}`);
  }

  async #archive({ key, source }: Load): Promise<ReadableStream<Uint8Array> | null> {
    if (source.kind === "sync") return configTarball(this.env, source);
    const object = await this.env.ARTIFACTS.get(key);
    const body: ReadableStream<Uint8Array> | undefined = object?.body;
    return body ?? null;
  }

  #parse(load: Load): number | void {
    const more = this.#loading.readFiles();
    this.#progress(load.id);
    if (more) return Date.now();
    this.#loading.gather();
    this.#loads.stores(load.id, Date.now());
    this.#next(`compile:${load.id}`);
  }

  async #compile(load: Load): Promise<number | void> {
    if (await this.#loading.compileNext(load.id)) return Date.now();
    await this.#loading.compilePeriodics(load.id);
    const commit = load.source.kind === "sync" ? load.source.commit : null;
    const index = this.#loading.index(load.id, commit, Date.now());
    if (!this.#loading.hasErrors()) await this.env.ARTIFACTS.put(`config/${load.id}/index.json`, JSON.stringify(index));
    if (this.#loads.isLoading(load.id)) this.#finish(load, index);
  }

  /** In one turn: either the new version is current, or nothing has changed but what is said of this load. */
  #finish(load: Load, index: ConfigIndex): void {
    const bad = this.#loading.hasErrors();
    this.#loading.clear();
    const before = this.#loads.current();
    if (bad) this.#settle(load.id, "refused", index.problems, null);
    else if (before && deletesMany(before.index, index)) {
      const message = `This would leave ${jobsOf(index)} of ${jobsOf(before.index)} jobs. If that is meant, confirm it: POST /api/config/confirm/${load.id}`;
      const held: Problem = { ...loadProblem("", message), severity: "warning", code: "needs-confirmation" };
      this.#settle(load.id, "needs-confirmation", [held, ...index.problems], index);
    } else this.#switchTo(index);
  }

  #switchTo(index: ConfigIndex): void {
    const before = this.#loads.currentVersion();
    this.#loads.switchTo(index);
    if (!this.ctx.id.name?.startsWith("candidate:")) {
      this.#next("announce");
      if (before !== "") this.#next(`reconcile:${before}:${index.version}:0`);
    }
    this.#settle(index.version, "current", index.problems, null);
  }

  async #reconcile(key: string): Promise<void> {
    const [, before = "", after = "", at = "0"] = key.split(":");
    const next = await reconcileSome(this.env, before, after, Number(at));
    if (next !== null) this.#next(`reconcile:${before}:${after}:${next}`);
  }

  #refuse(load: Load, message: string): void {
    if (!this.#loads.isLoading(load.id)) return;
    this.#loading.clear();
    this.#settle(load.id, "refused", [loadProblem("", message)], null);
  }

  #settle(id: string, state: Load["state"], problems: readonly Problem[], waits: ConfigIndex | null): void {
    this.#loads.settle(id, state, problems, waits, Date.now());
    this.#next(`report:${id}`);
    this.#next("prune");
  }

  /** Takes away what nobody reads any more: archives of loads that are over, documents of old versions. */
  async #prune(): Promise<number | void> {
    const bucket = this.env.ARTIFACTS;
    for (const key of this.#loads.spentArchives()) {
      await bucket.delete(key);
      this.#loads.archiveGone(key);
    }
    this.#loads.trim();
    return this.#drop(this.#loads.obsolete());
  }

  /** Documents of versions out of the bucket, a page at a time. */
  async #drop(versions: readonly string[]): Promise<number | void> {
    const bucket = this.env.ARTIFACTS;
    for (const version of versions) {
      const page = await bucket.list({ prefix: `config/${version}/`, limit: KEYS_A_PAGE });
      await bucket.delete(page.objects.map((object) => object.key));
      if (page.truncated) return Date.now();
      this.#loads.forget(version);
    }
  }

  /** A candidate's day is over. */
  async #expire(): Promise<number | void> {
    for (const key of this.#loads.spentArchives()) await this.env.ARTIFACTS.delete(key);
    const again = await this.#drop(this.#loads.allStored());
    if (again !== undefined) return again;
    this.#loading.clear();
    this.#loads.clear();
  }

  #paths(source: ConfigSource): ConfigPaths {
    if (source.kind === "push" && source.paths) return source.paths;
    const { CONFIG_PATH, PLUGIN_CONFIG_PATH, JOB_CONFIG_PATH } = settings(this.env);
    return { prow: CONFIG_PATH, plugins: PLUGIN_CONFIG_PATH, jobs: JOB_CONFIG_PATH };
  }

  #progress(id: string): void {
    const { done, total } = this.#loading.counts();
    this.#loads.progress(id, done, total);
  }

  #next(key: string): void {
    this.#todo.put(key, Date.now());
  }
}

const jobsOf = ({ counts }: ConfigIndex): number => counts.presubmits + counts.postsubmits + counts.periodics;

/** A half-synced configuration once retired every context: such a loss must be meant (spec jobs 7.3, prow#541). */
function deletesMany(before: ConfigIndex, after: ConfigIndex): boolean {
  return jobsOf(before) >= FEW_JOBS && jobsOf(after) < jobsOf(before) * (1 - DELETED_SHARE);
}
