/** The budget object behind a client: its token kept in the isolate, its usage counted here and written in batches. */
import { type Env, settings } from "../env.ts";
import type { RateState, UsageRecord } from "./rpc.ts";

const FLUSH_CALLS = 20;
const FLUSH_MS = 5_000;
/** A token is asked for again this long before it ends. */
const EARLY_MS = 5 * 60_000;

export class Budget {
  readonly #env: Env;
  readonly #name: string;
  #token: { token: string; expiresAt: number } | null = null;
  #usage = new Map<string, { consumer: string; endpoint: string; calls: number; notModified: number }>();
  #calls = 0;
  #flushedAt = Date.now();
  #rate: RateState | null = null;

  constructor(env: Env, name: string) {
    this.#env = env;
    this.#name = name;
  }

  async token(): Promise<{ token: string; expiresAt: number }> {
    if (this.#token && this.#token.expiresAt - EARLY_MS > Date.now()) return this.#token;
    this.#token = await this.#stub().token();
    return this.#token;
  }

  cached(key: string): Promise<{ etag: string; body: string; link: string } | null> {
    return this.#stub().cached(key);
  }

  async store(key: string, etag: string, body: string, link: string): Promise<void> {
    await this.#stub().store(key, etag, body, link);
  }

  count(consumer: string, endpoint: string, notModified: boolean, headers: Headers | null): void {
    const key = `${consumer} ${endpoint}`;
    const known = this.#usage.get(key) ?? { consumer, endpoint, calls: 0, notModified: 0 };
    known.calls += 1;
    if (notModified) known.notModified += 1;
    this.#usage.set(key, known);
    this.#calls += 1;
    const limit = Number(headers?.get("x-ratelimit-limit") ?? Number.NaN);
    if (Number.isFinite(limit)) {
      const remaining = Number(headers?.get("x-ratelimit-remaining") ?? 0);
      this.#rate = {
        limit,
        remaining,
        resetAt: Number(headers?.get("x-ratelimit-reset") ?? 0) * 1000,
        blockedUntil: 0,
      };
    }
  }

  async flushIfDue(): Promise<void> {
    if (this.#calls >= FLUSH_CALLS || (this.#calls > 0 && Date.now() - this.#flushedAt > FLUSH_MS)) await this.flush();
  }

  async flush(): Promise<void> {
    const usage: UsageRecord[] = [...this.#usage.values()];
    const rate = this.#rate;
    this.#usage = new Map();
    this.#calls = 0;
    this.#flushedAt = Date.now();
    if (usage.length > 0) await this.#stub().record(usage, rate);
  }

  botLogin(): Promise<string> {
    return this.#env.GITHUB_BUDGET.getByName(this.#name === "token" ? "token" : "app").botLogin();
  }

  #stub() {
    return this.#env.GITHUB_BUDGET.getByName(this.#name);
  }
}

interface Counted {
  readonly owner: string;
  readonly repo?: string;
  readonly consumer: string;
}

const budgets = new WeakMap<Env, Map<string, Budget>>();
const installations = new Map<string, number>();

async function nameOf(env: Env, owner: string, repo: string): Promise<string> {
  const { GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY } = settings(env);
  if (!GITHUB_APP_ID || !GITHUB_APP_PRIVATE_KEY) return "token";
  const key = owner.toLowerCase();
  const known = installations.get(key);
  if (known !== undefined) return `installation:${known}`;
  const id = await env.GITHUB_BUDGET.getByName("app").installationOf(owner, repo);
  installations.set(key, id);
  return `installation:${id}`;
}

/** The budget that pays for calls about an owner. Throws GitHubError when the App is not installed there. */
export async function budgetOf(env: Env, { owner, repo = "", consumer }: Counted) {
  const name = await nameOf(env, owner, repo);
  const mine = budgets.get(env) ?? new Map<string, Budget>();
  budgets.set(env, mine);
  const budget = mine.get(name) ?? new Budget(env, name);
  mine.set(name, budget);
  return {
    token: () => budget.token(),
    cached: (key: string) => budget.cached(key),
    store: (key: string, etag: string, body: string, link: string) => budget.store(key, etag, body, link),
    count: (endpoint: string, notModified: boolean, headers: Headers | null) =>
      budget.count(consumer, endpoint, notModified, headers),
    flush: () => budget.flush(),
    flushIfDue: () => budget.flushIfDue(),
    botLogin: () => budget.botLogin(),
  };
}
