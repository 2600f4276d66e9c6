import { DurableObject } from "cloudflare:workers";
import { type Env, settings } from "../src/env.ts";
import {
  appSlug,
  findInstallation,
  type InstallationToken,
  installationToken,
  NoCredential,
} from "../src/github/app.ts";
import { githubClient } from "../src/github/index.ts";
import type { GitHubBudgetRpc, RateState, UsageRecord } from "../src/github/rpc.ts";
import { migrate } from "./migrate.ts";

const MIGRATIONS = [
  "CREATE TABLE cached (key TEXT PRIMARY KEY, etag TEXT NOT NULL, body TEXT NOT NULL, link TEXT NOT NULL, used INTEGER NOT NULL)",
  "CREATE INDEX cached_used ON cached (used)",
  "CREATE TABLE usage (consumer TEXT NOT NULL, endpoint TEXT NOT NULL, calls INTEGER NOT NULL, not_modified INTEGER NOT NULL, PRIMARY KEY (consumer, endpoint))",
  "CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
];

const CACHED_ROWS = 2_000;
const EARLY_MS = 5 * 60_000;
const PERSONAL_TOKEN_MS = 3600_000;

/** One credential: its token, rate limit, usage and conditional-request cache (design 1.8). Object `app` knows installations. */
export class GitHubBudget extends DurableObject<Env> implements GitHubBudgetRpc {
  #renewal: Promise<InstallationToken> | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    void state.blockConcurrencyWhile(async () => migrate(state.storage, MIGRATIONS));
  }

  async token(): Promise<InstallationToken> {
    const installation = this.#installation();
    if (installation === null) {
      const { GITHUB_TOKEN } = settings(this.env);
      if (!GITHUB_TOKEN) throw new NoCredential();
      return { token: GITHUB_TOKEN, expiresAt: Date.now() + PERSONAL_TOKEN_MS };
    }
    const kept = this.#fact("token");
    const known = kept === null ? null : (JSON.parse(kept) as InstallationToken);
    if (known && known.expiresAt - EARLY_MS > Date.now()) return known;
    this.#renewal ??= installationToken(this.env, installation).finally(() => {
      this.#renewal = null;
    });
    const fresh = await this.#renewal;
    this.#remember("token", JSON.stringify(fresh));
    return fresh;
  }

  async cloneToken(_owner: string, repo: string): Promise<string | null> {
    const installation = this.#installation();
    if (installation === null) return null;
    return (await installationToken(this.env, installation, { repo, permissions: { contents: "read" } })).token;
  }

  async cached(key: string): Promise<{ etag: string; body: string; link: string } | null> {
    const { sql } = this.ctx.storage;
    const row = sql
      .exec<{ etag: string; body: string; link: string }>("SELECT etag, body, link FROM cached WHERE key = ?", key)
      .toArray()[0];
    return row ?? null;
  }

  async store(key: string, etag: string, body: string, link: string): Promise<void> {
    const { sql } = this.ctx.storage;
    sql.exec(
      "INSERT OR REPLACE INTO cached (key, etag, body, link, used) VALUES (?, ?, ?, ?, ?)",
      key,
      etag,
      body,
      link,
      Date.now(),
    );
    if (Math.random() < 0.02)
      sql.exec(
        "DELETE FROM cached WHERE key IN (SELECT key FROM cached ORDER BY used DESC LIMIT -1 OFFSET ?)",
        CACHED_ROWS,
      );
  }

  async record(usage: readonly UsageRecord[], rate: RateState | null): Promise<void> {
    for (const { consumer, endpoint, calls, notModified } of usage) {
      this.ctx.storage.sql.exec(
        `INSERT INTO usage (consumer, endpoint, calls, not_modified) VALUES (?, ?, ?, ?)
         ON CONFLICT (consumer, endpoint) DO UPDATE SET calls = calls + excluded.calls, not_modified = not_modified + excluded.not_modified`,
        consumer,
        endpoint,
        calls,
        notModified,
      );
    }
    if (rate) this.#remember("rate", JSON.stringify(rate));
  }

  async rate(): Promise<RateState | null> {
    const kept = this.#fact("rate");
    return kept === null ? null : (JSON.parse(kept) as RateState);
  }

  async usage(): Promise<readonly UsageRecord[]> {
    const rows = this.ctx.storage.sql.exec<{ consumer: string; endpoint: string; calls: number; not_modified: number }>(
      "SELECT * FROM usage ORDER BY calls DESC LIMIT 500",
    );
    return rows.toArray().map(({ not_modified, ...row }) => ({ ...row, notModified: not_modified }));
  }

  async installationOf(owner: string, repo: string): Promise<number> {
    const key = `installation:${owner.toLowerCase()}`;
    const known = this.#fact(key);
    if (known !== null) return Number(known);
    const id = await findInstallation(this.env, owner, repo);
    this.#remember(key, String(id));
    return id;
  }

  async botLogin(): Promise<string> {
    const known = this.#fact("login");
    if (known !== null) return known;
    const login = this.ctx.id.name === "app" ? `${await appSlug(this.env)}[bot]` : await this.#ownLogin();
    this.#remember("login", login);
    return login;
  }

  async #ownLogin(): Promise<string> {
    const client = githubClient(this.env, { owner: "", delivery: "", consumer: "login" });
    return (await client.request<{ login: string }>("GET /user")).data.login;
  }

  #installation(): number | null {
    const [kind, id] = (this.ctx.id.name ?? "").split(":");
    return kind === "installation" ? Number(id) : null;
  }

  #fact(key: string): string | null {
    return (
      this.ctx.storage.sql.exec<{ value: string }>("SELECT value FROM fact WHERE key = ?", key).toArray()[0]?.value ??
      null
    );
  }

  #remember(key: string, value: string): void {
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO fact (key, value) VALUES (?, ?)", key, value);
  }
}
