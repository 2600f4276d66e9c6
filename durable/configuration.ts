import { DurableObject } from "cloudflare:workers";
import { compilePeriodics, compileRepo, type Compiler } from "../src/config/compile.ts";
import type { RawPeriodic, RawPostsubmit, RawPresubmit } from "../src/config/job-schema.ts";
import { duplicatedBasenames, readGlobals } from "../src/config/load.ts";
import type { ConfigIndex, Problem } from "../src/config/model.ts";
import { repeatedPresetLabels } from "../src/config/presets.ts";
import { isIgnored } from "../src/config/prowignore.ts";
import type { ConfigLoad, ConfigSource, ConfigState, ConfigurationRpc } from "../src/config/rpc.ts";
import { repoSettings } from "../src/config/settings.ts";
import { readJobFile } from "../src/config/source.ts";
import { type ConfigPaths, configFiles, TarballError } from "../src/config/tarball.ts";
import { type Env, settings } from "../src/env.ts";
import { fetchConfigTarball, reportConfigStatus } from "./configuration-sync.ts";
import { Staging, STAGING_TABLES } from "./configuration-staging.ts";
import { migrate } from "./migrate.ts";
import { Todo, TODO_TABLE } from "./todo.ts";

const MIGRATIONS = [
  TODO_TABLE,
  "CREATE TABLE load (id TEXT PRIMARY KEY, key TEXT NOT NULL, source TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER, state TEXT NOT NULL, done INTEGER NOT NULL, total INTEGER NOT NULL, problems TEXT NOT NULL, idx TEXT NOT NULL)",
  "CREATE TABLE current (one INTEGER PRIMARY KEY CHECK (one = 1), version TEXT NOT NULL, idx TEXT NOT NULL)",
  ...STAGING_TABLES,
];

/** Files parsed, and repositories compiled, in one turn: keeps time and heap of a slice small. */
const FILES_A_SLICE = 25;
const REPOSITORIES_A_SLICE = 10;
const LOADS_KEPT = 20;
const PROBLEMS_SHOWN = 200;
/** A load that would take away more than this share of the jobs waits for an administrator. */
const DELETED_SHARE = 0.25;
const FEW_JOBS = 20;

type LoadRow = {
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

/** The configuration's versions: staged load in slices, atomic switch; a bad one never replaces a good one (design 4). */
export class Configuration extends DurableObject<Env> implements ConfigurationRpc {
  readonly #todo: Todo;
  readonly #staging: Staging;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#todo = new Todo(state.storage);
    this.#staging = new Staging(state.storage.sql);
    void state.blockConcurrencyWhile(async () => migrate(state.storage, MIGRATIONS));
  }

  async current(): Promise<string> {
    return this.#current()?.version ?? "";
  }

  async state(): Promise<ConfigState> {
    const now = this.#current();
    const loads = this.ctx.storage.sql
      .exec<LoadRow>("SELECT * FROM load ORDER BY started_at DESC, rowid DESC LIMIT ?", LOADS_KEPT)
      .toArray();
    return {
      version: now?.version ?? "",
      index: now && (JSON.parse(now.idx) as ConfigIndex),
      loads: loads.map((row) => ({
        id: row.id,
        source: JSON.parse(row.source) as ConfigSource,
        startedAt: row.started_at,
        finishedAt: row.finished_at,
        state: row.state,
        filesDone: row.done,
        filesTotal: row.total,
        problems: JSON.parse(row.problems) as Problem[],
      })),
    };
  }

  async load(key: string, source: ConfigSource): Promise<{ id: string }> {
    const { sql } = this.ctx.storage;
    const id = crypto.randomUUID();
    sql.exec(
      "UPDATE load SET state = 'superseded', finished_at = ? WHERE state IN ('loading', 'needs-confirmation')",
      Date.now(),
    );
    sql.exec("DELETE FROM todo WHERE key NOT LIKE 'sync:%'");
    sql.exec(
      "INSERT INTO load (id, key, source, started_at, finished_at, state, done, total, problems, idx) VALUES (?, ?, ?, ?, NULL, 'loading', 0, 0, '[]', '')",
      id,
      key,
      JSON.stringify(source),
      Date.now(),
    );
    sql.exec(
      "DELETE FROM load WHERE id NOT IN (SELECT id FROM load ORDER BY started_at DESC, rowid DESC LIMIT ?)",
      LOADS_KEPT,
    );
    this.#todo.put(`unpack:${id}`, Date.now());
    await this.#todo.arm();
    return { id };
  }

  async confirm(id: string): Promise<boolean> {
    const row = this.#load(id);
    if (row?.state !== "needs-confirmation") return false;
    this.#switchTo(row, JSON.parse(row.idx) as ConfigIndex);
    await this.#todo.arm();
    return true;
  }

  async sync(commit: string, delivery: string): Promise<void> {
    this.#todo.put(`sync:${commit}:${delivery}`, Date.now());
    await this.#todo.arm();
  }

  override async alarm(): Promise<void> {
    await this.#todo.drain((key) => this.#work(key));
  }

  async #work(key: string): Promise<number | void> {
    const [kind = "", id = "", rest = ""] = key.split(":");
    if (kind === "sync") {
      const archive = await fetchConfigTarball(this.env, id, rest);
      await this.load(archive, { kind: "sync", commit: id, delivery: rest });
      return;
    }
    const row = this.#load(id);
    if (!row) return;
    if (kind === "report")
      return reportConfigStatus(
        this.env,
        JSON.parse(row.source) as ConfigSource,
        row.state,
        JSON.parse(row.problems) as Problem[],
      );
    if (row.state !== "loading") return;
    if (kind === "unpack") return this.#unpack(row);
    if (kind === "parse") return this.#parse(row);
    if (kind === "compile") return this.#compile(row);
  }

  async #unpack(row: LoadRow): Promise<void> {
    const object = await this.env.ARTIFACTS.get(row.key);
    if (!object) return this.#refuse(row, [problem("", "The uploaded archive is gone; push it again")]);
    this.#staging.clear();
    const paths = this.#paths();
    try {
      for await (const file of configFiles(object.body, paths)) this.#staging.putFile(file.path, file.kind, file.text);
    } catch (error) {
      if (error instanceof TarballError) return this.#refuse(row, [problem("", error.message)]);
      throw error;
    }
    const missing = [paths.prow, paths.plugins].filter(
      (path) => ![...this.#staging.paths("prow"), ...this.#staging.paths("plugins")].includes(path),
    );
    if (missing.length > 0)
      return this.#refuse(
        row,
        missing.map((path) => problem(path, `${path} is not in the archive`)),
      );
    const ignores = this.#staging.paths("ignore").map((path) => ({ path, text: this.#staging.textOf(path) }));
    const jobs = this.#staging.paths("jobs");
    for (const path of jobs.filter((one) => isIgnored(one, ignores)))
      this.ctx.storage.sql.exec("DELETE FROM staged_file WHERE path = ?", path);
    this.#staging.putProblems(duplicatedBasenames(this.#staging.paths("jobs")));
    this.#progress(row.id);
    this.#next(`parse:${row.id}`);
  }

  #parse(row: LoadRow): void {
    const paths = this.#staging.undone(FILES_A_SLICE);
    for (const path of paths) {
      const read = readJobFile(path, this.#staging.textOf(path));
      this.#staging.putProblems(read.problems);
      this.#staging.putJobs(read.value);
    }
    this.#progress(row.id);
    if (paths.length === FILES_A_SLICE) return this.#next(`parse:${row.id}`);
    const globals = this.#globals(row.id);
    this.#staging.putProblems(globals.problems);
    if (!globals.compiler) return this.#refuse(row, this.#staging.problems(PROBLEMS_SHOWN));
    if (globals.jobs) this.#staging.putJobs(globals.jobs);
    const presets = this.#staging.presets();
    for (const pair of repeatedPresetLabels(presets.map((one) => one.preset))) {
      const file =
        presets.find((one) =>
          Object.entries(one.preset.labels ?? {}).some(([key, value]) => `${key}:${value}` === pair),
        )?.file ?? "";
      this.#staging.putProblems([problem(file, `Two presets have the label ${pair}`)]);
    }
    const keys = [
      ...Object.keys(globals.compiler.plugins.plugins ?? {}),
      ...Object.keys(globals.compiler.plugins.external_plugins ?? {}),
    ];
    this.#staging.putRepositories([...this.#staging.jobRepositories(), ...keys]);
    this.#next(`compile:${row.id}`);
  }

  async #compile(row: LoadRow): Promise<void> {
    const globals = this.#globals(row.id);
    if (!globals.compiler) return this.#refuse(row, this.#staging.problems(PROBLEMS_SHOWN));
    const compiler: Compiler = { ...globals.compiler, presets: this.#staging.presets().map((one) => one.preset) };
    const names = this.#staging.undoneRepositories(REPOSITORIES_A_SLICE);
    for (const name of names) {
      const document = this.#document(compiler, name);
      await this.env.ARTIFACTS.put(
        `config/${row.id}/${name.toLowerCase()}${name.includes("/") ? "" : "/"}.json`,
        JSON.stringify(document),
      );
      this.#staging.repositoryDone(name);
    }
    if (names.length === REPOSITORIES_A_SLICE) return this.#next(`compile:${row.id}`);
    const { periodics, problems } = compilePeriodics(compiler, this.#staging.jobs<RawPeriodic>("periodic", ""));
    this.#staging.putProblems(problems);
    await this.env.ARTIFACTS.put(`config/${row.id}/periodics.json`, JSON.stringify(periodics));
    await this.#finish(row);
  }

  /** The compiled document of a repository, or of an organisation's other repositories. */
  #document(compiler: Compiler, name: string): unknown {
    if (!name.includes("/"))
      return {
        version: compiler.version,
        ...repoSettings(compiler.prow, compiler.plugins, name, ""),
        presubmits: [],
        postsubmits: [],
      };
    const presubmits = this.#staging.jobs<RawPresubmit>("presubmit", name);
    const { config, problems } = compileRepo(
      compiler,
      name,
      presubmits,
      this.#staging.jobs<RawPostsubmit>("postsubmit", name),
    );
    this.#staging.putProblems(problems);
    return config;
  }

  async #finish(row: LoadRow): Promise<void> {
    const source = JSON.parse(row.source) as ConfigSource;
    const names = this.ctx.storage.sql
      .exec<{ name: string }>("SELECT name FROM staged_repo ORDER BY name")
      .toArray()
      .map((one) => one.name);
    const index: ConfigIndex = {
      version: row.id,
      createdAt: Date.now(),
      commit: source.kind === "sync" ? source.commit : null,
      counts: {
        presubmits: this.#staging.jobCount("presubmit"),
        postsubmits: this.#staging.jobCount("postsubmit"),
        periodics: this.#staging.jobCount("periodic"),
      },
      repositories: names.filter((name) => name.includes("/")),
      orgs: names.filter((name) => !name.includes("/")),
      problems: this.#staging.problems(PROBLEMS_SHOWN),
    };
    const bad = this.#staging.hasErrors();
    this.#staging.clear();
    await this.env.ARTIFACTS.put(`config/${row.id}/index.json`, JSON.stringify(index));
    if (bad) return this.#refuse(row, index.problems);
    const before = this.#current();
    if (before && deletesMany(JSON.parse(before.idx) as ConfigIndex, index)) {
      const held = problem(
        "",
        "This would take away more than a quarter of the jobs. If that is meant, confirm it (POST /api/config/confirm/<id>)",
      );
      this.#settle(row.id, "needs-confirmation", [held, ...index.problems], index);
      return;
    }
    this.#switchTo(row, index);
  }

  #switchTo(row: LoadRow, index: ConfigIndex): void {
    this.ctx.storage.sql.exec(
      "INSERT OR REPLACE INTO current (one, version, idx) VALUES (1, ?, ?)",
      index.version,
      JSON.stringify(index),
    );
    this.#settle(row.id, "current", index.problems, index);
    this.ctx.storage.sql.exec("UPDATE load SET state = 'superseded' WHERE state = 'current' AND id <> ?", row.id);
  }

  #refuse(row: LoadRow, problems: readonly Problem[]): void {
    this.#staging.clear();
    this.#settle(row.id, "refused", problems, null);
  }

  #settle(id: string, state: ConfigLoad["state"], problems: readonly Problem[], index: ConfigIndex | null): void {
    const kept = JSON.stringify(problems.slice(0, PROBLEMS_SHOWN));
    this.ctx.storage.sql.exec(
      "UPDATE load SET state = ?, finished_at = ?, problems = ?, idx = ? WHERE id = ?",
      state,
      Date.now(),
      kept,
      index ? JSON.stringify(index) : "",
      id,
    );
    this.#next(`report:${id}`);
  }

  #globals(version: string): ReturnType<typeof readGlobals> {
    const file = (kind: string): { path: string; text: string } => {
      const path = this.#staging.paths(kind)[0] ?? "";
      return { path, text: this.#staging.textOf(path) };
    };
    return readGlobals(file("prow"), file("plugins"), version);
  }

  #paths(): ConfigPaths {
    const { CONFIG_PATH, PLUGIN_CONFIG_PATH, JOB_CONFIG_PATH } = settings(this.env);
    return { prow: CONFIG_PATH, plugins: PLUGIN_CONFIG_PATH, jobs: JOB_CONFIG_PATH };
  }

  #progress(id: string): void {
    const { done, total } = this.#staging.counts();
    this.ctx.storage.sql.exec("UPDATE load SET done = ?, total = ? WHERE id = ?", done, total, id);
  }

  #next(key: string): void {
    this.#todo.put(key, Date.now());
  }

  #load(id: string): LoadRow | null {
    return this.ctx.storage.sql.exec<LoadRow>("SELECT * FROM load WHERE id = ?", id).toArray()[0] ?? null;
  }

  #current(): { version: string; idx: string } | null {
    return (
      this.ctx.storage.sql.exec<{ version: string; idx: string }>("SELECT version, idx FROM current").toArray()[0] ??
      null
    );
  }
}

const problem = (file: string, message: string): Problem => ({
  severity: "error",
  code: "load",
  file,
  line: 0,
  path: "",
  message,
});

const jobsOf = ({ counts }: ConfigIndex): number => counts.presubmits + counts.postsubmits + counts.periodics;

/** A half-synced configuration once retired every context: such a loss must be meant (spec jobs 7.3, prow#541). */
function deletesMany(before: ConfigIndex, after: ConfigIndex): boolean {
  return jobsOf(before) >= FEW_JOBS && jobsOf(after) < jobsOf(before) * (1 - DELETED_SHARE);
}
