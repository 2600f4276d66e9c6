import { DurableObject } from "cloudflare:workers";
import * as z from "zod";
import { type Env, settings } from "../src/env.ts";
import {
  appSlug,
  findInstallation,
  type InstallationToken,
  installationToken,
  noCredential,
} from "../src/github/app.ts";
import { GitHubError, githubClient } from "../src/github/index.ts";
import { mergeRates } from "../src/github/rate.ts";
import type { GitHubBudgetRpc, RateState, UsageRecord } from "../src/github/rpc.ts";
import type { TokenWindow } from "../src/github/windows.ts";
import { migrate } from "./migrate.ts";
import { Todo, TODO_TABLE } from "./todo.ts";
import { BEHIND_MS, TOKEN_WINDOWS_DIRTY, TOKEN_WINDOWS_TABLE, TokenWindows } from "./token-windows.ts";

const MIGRATIONS = [
  `CREATE TABLE cached (key TEXT PRIMARY KEY, etag TEXT NOT NULL, body TEXT NOT NULL, link TEXT NOT NULL,
    used INTEGER NOT NULL)`,
  "CREATE INDEX cached_used ON cached (used)",
  `CREATE TABLE usage (day TEXT NOT NULL, consumer TEXT NOT NULL, endpoint TEXT NOT NULL, calls INTEGER NOT NULL,
    not_modified INTEGER NOT NULL, PRIMARY KEY (day, consumer, endpoint)) WITHOUT ROWID`,
  "CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID",
  TODO_TABLE.fresh,
  TOKEN_WINDOWS_TABLE,
  TOKEN_WINDOWS_DIRTY,
];

const DAY_MS = 24 * 3600_000;
const CACHED_ROWS = 10_000;
/** The cache is cut back after this many stores. */
const STORES_PER_CUT = 100;
const USAGE_DAYS = 30;
const EARLY_MS = 5 * 60_000;
/** A personal token names no end: the setting is read again after this time. */
const PERSONAL_TOKEN_MS = 3600_000;

/** Work of the alarm. */
const WINDOWS = "windows";

const Rate = z.object({ limit: z.number(), remaining: z.number(), resetAt: z.number(), blockedUntil: z.number() });

/** One credential: its token, rate limit, usage and conditional-request cache (design 1.8). Object `app` knows installations. */
export class GitHubBudget extends DurableObject<Env> implements GitHubBudgetRpc {
  readonly #sql: SqlStorage;
  readonly #todo: Todo;
  readonly #windows: TokenWindows;
  #renewal: Promise<InstallationToken> | null = null;
  #stores = 0;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#sql = state.storage.sql;
    this.#todo = new Todo(state.storage);
    this.#windows = new TokenWindows(this.#sql, env, this.#name);
    void state.blockConcurrencyWhile(async () => migrate(state.storage, MIGRATIONS));
  }

  async token(): Promise<InstallationToken> {
    const installation = this.#installation();
    if (installation === null) {
      const { GITHUB_TOKEN } = settings(this.env);
      if (GITHUB_TOKEN === undefined) throw noCredential();
      return { token: GITHUB_TOKEN, expiresAt: Date.now() + PERSONAL_TOKEN_MS };
    }
    const known = this.#fact("token", EARLY_MS);
    if (known) return { token: known.value, expiresAt: known.until };
    this.#renewal ??= this.#renew(installation).finally(() => {
      this.#renewal = null;
    });
    return await this.#renewal;
  }

  async forget(token: string): Promise<void> {
    this.#sql.exec("DELETE FROM fact WHERE key = 'token' AND value = ?", token);
  }

  cloneToken(_owner: string, repo: string): Promise<string | null> {
    return this.#narrowed(repo, "read");
  }

  pushToken(_owner: string, repo: string): Promise<string | null> {
    return this.#narrowed(repo, "write");
  }

  async #narrowed(repo: string, contents: "read" | "write"): Promise<string | null> {
    const installation = this.#installation();
    if (installation === null) return null;
    return (await installationToken(this.env, installation, { repo, permissions: { contents } })).token;
  }

  async cached(key: string): Promise<{ etag: string; body: string; link: string } | null> {
    const row = this.#sql
      .exec<{ etag: string; body: string; link: string; used: number }>("SELECT * FROM cached WHERE key = ?", key)
      .toArray()[0];
    if (row === undefined) return null;
    const now = Date.now();
    if (row.used < now - DAY_MS) this.#sql.exec("UPDATE cached SET used = ? WHERE key = ?", now, key);
    return { etag: row.etag, body: row.body, link: row.link };
  }

  async store(key: string, etag: string, body: string, link: string): Promise<void> {
    this.#sql.exec(
      "INSERT OR REPLACE INTO cached (key, etag, body, link, used) VALUES (?, ?, ?, ?, ?)",
      key,
      etag,
      body,
      link,
      Date.now(),
    );
    if (this.#stores++ % STORES_PER_CUT > 0) return;
    this.#sql.exec(
      "DELETE FROM cached WHERE key IN (SELECT key FROM cached ORDER BY used DESC LIMIT -1 OFFSET ?)",
      CACHED_ROWS,
    );
  }

  async record(
    usage: readonly UsageRecord[],
    rate: RateState | null,
    windows: readonly TokenWindow[] = [],
  ): Promise<void> {
    const now = Date.now();
    this.#sql.exec(
      `INSERT INTO usage (day, consumer, endpoint, calls, not_modified)
       SELECT ?, value->>'consumer', value->>'endpoint', value->>'calls', value->>'notModified' FROM json_each(?) WHERE true
       ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, not_modified = not_modified + excluded.not_modified`,
      dayOf(now),
      JSON.stringify(usage),
    );
    if (rate !== null) this.#remember("rate", JSON.stringify(mergeRates(await this.rate(), rate)), now + DAY_MS);
    if (windows.length === 0) return;
    this.#windows.see(windows);
    this.#todo.by(WINDOWS, now + BEHIND_MS);
    await this.#todo.arm();
  }

  override async alarm(): Promise<void> {
    await this.#todo.drain(() => this.#windows.mirror(() => this.#whose()));
  }

  /** Whose calls are counted; the object's name while GitHub does not say. */
  async #whose(): Promise<string> {
    try {
      const asked = this.#installation() === null ? this : this.env.GITHUB_BUDGET.getByName("app");
      return await asked.botLogin();
    } catch {
      return this.#name;
    }
  }

  async rate(): Promise<RateState | null> {
    const known = this.#fact("rate");
    return known === null ? null : Rate.parse(JSON.parse(known.value));
  }

  async usage(): Promise<readonly UsageRecord[]> {
    const today = dayOf(Date.now());
    this.#sql.exec("DELETE FROM usage WHERE day < ?", dayOf(Date.now() - USAGE_DAYS * DAY_MS));
    const rows = this.#sql.exec<{ consumer: string; endpoint: string; calls: number; notModified: number }>(
      "SELECT consumer, endpoint, calls, not_modified AS notModified FROM usage WHERE day = ? ORDER BY calls DESC LIMIT 500",
      today,
    );
    return rows.toArray();
  }

  async installationOf(owner: string, repo: string): Promise<number> {
    const key = `installation:${owner.toLowerCase()}`;
    const known = this.#fact(key);
    if (known) return Number(known.value);
    const id = await findInstallation(this.env, owner, repo);
    this.#remember(key, String(id), Date.now() + DAY_MS);
    return id;
  }

  async forgetInstallation(id: number): Promise<void> {
    this.#sql.exec("DELETE FROM fact WHERE key LIKE 'installation:%' AND value = ?", String(id));
  }

  async botLogin(): Promise<string> {
    const known = this.#fact("login");
    if (known) return known.value;
    const login = this.#name === "app" ? `${await appSlug(this.env)}[bot]` : await this.#ownLogin();
    this.#remember("login", login, Date.now() + DAY_MS);
    return login;
  }

  async #renew(installation: number): Promise<InstallationToken> {
    try {
      const fresh = await installationToken(this.env, installation);
      this.#remember("token", fresh.token, fresh.expiresAt);
      return fresh;
    } catch (error) {
      // The App was taken away, and perhaps installed anew under another id.
      if (error instanceof GitHubError && error.status === 404) {
        await this.env.GITHUB_BUDGET.getByName("app").forgetInstallation(installation);
      }
      throw error;
    }
  }

  async #ownLogin(): Promise<string> {
    const client = githubClient(this.env, { owner: "", delivery: "bot-login", consumer: "login" });
    return (await client.request("GET /user")).data.login;
  }

  get #name(): string {
    return this.ctx.id.name ?? "";
  }

  #installation(): number | null {
    const [kind, id] = this.#name.split(":");
    return kind === "installation" ? Number(id) : null;
  }

  /** What is known and stays true for `ms` more. */
  #fact(key: string, ms = 0): { value: string; until: number } | null {
    const rows = this.#sql.exec<{ value: string; until: number }>(
      "SELECT value, until FROM fact WHERE key = ? AND until > ?",
      key,
      Date.now() + ms,
    );
    return rows.toArray()[0] ?? null;
  }

  #remember(key: string, value: string, until: number): void {
    this.#sql.exec("INSERT OR REPLACE INTO fact (key, value, until) VALUES (?, ?, ?)", key, value, until);
  }
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
