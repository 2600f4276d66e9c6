/**
 * What this isolate knows of a credential: its token, what GitHub said of its limits, and the usage that its
 * GitHubBudget has not been told yet. No promise and no stub is kept: they belong to the request that made them.
 */
import type { Env } from "../env.ts";
import { usesApp } from "./app.ts";
import { GitHubError, revive } from "./errors.ts";
import { backgroundWait, mergeRates, rateOf } from "./rate.ts";
import type { GitHubBudgetRpc, RateState, UsageRecord } from "./rpc.ts";
import { joined, sighted, type TokenWindow } from "./windows.ts";

const FLUSH_CALLS = 20;
const FLUSH_MS = 5_000;
/** How long the rate state of other isolates may be unknown here. */
const RATE_MS = 10_000;
/** A token is asked for again this long before it ends. */
const EARLY_MS = 2 * 60_000;
const INSTALLATION_MS = 10 * 60_000;

export class Budget {
  readonly #env: Env;
  readonly #name: string;
  #token: { readonly token: string; readonly expiresAt: number } | null = null;
  #rate: RateState | null = null;
  #rateAskedAt = 0;
  #usage = new Map<
    string,
    { readonly consumer: string; readonly endpoint: string; calls: number; notModified: number }
  >();
  /** Few: what was seen since the last flush, by resource. */
  #windows = new Map<string, readonly TokenWindow[]>();
  #calls = 0;
  #flushedAt = Date.now();

  constructor(env: Env, name: string) {
    this.#env = env;
    this.#name = name;
  }

  async token(): Promise<string> {
    if (this.#token && this.#token.expiresAt - EARLY_MS > Date.now()) return this.#token.token;
    this.#token = await this.#ask((budget) => budget.token());
    return this.#token.token;
  }

  /** GitHub answered 401 to a token: another one, or the same when there is no other. */
  async otherToken(refused: string): Promise<string> {
    if (this.#token?.token === refused) {
      await this.#ask((budget) => budget.forget(refused));
      this.#token = null;
    }
    return await this.token();
  }

  /** Throws when GitHub said to hold back, here or elsewhere: a call now would only lengthen it. */
  async admit(call: string, background: boolean): Promise<void> {
    if (Date.now() - this.#rateAskedAt > RATE_MS) {
      const known = await this.#ask((budget) => budget.rate());
      this.#rateAskedAt = Date.now();
      if (known) this.#rate = mergeRates(this.#rate, known);
    }
    const wait = (this.#rate?.blockedUntil ?? 0) - Date.now();
    if (wait > 0) throw new GitHubError("rate-limited", 0, call, "held back, since GitHub said to wait", wait);
    const later = background ? backgroundWait(this.#rate, Date.now()) : 0;
    if (later > 0)
      throw new GitHubError("rate-limited", 0, call, "held back: what is left is for what is urgent", later);
  }

  cached(key: string): Promise<{ etag: string; body: string; link: string } | null> {
    return this.#ask((budget) => budget.cached(key));
  }

  store(key: string, etag: string, body: string, link: string): Promise<void> {
    return this.#ask((budget) => budget.store(key, etag, body, link));
  }

  /** Books one call that was sent at `sentAt` (milliseconds). `headers` null: there was no answer. */
  async count(
    consumer: string,
    endpoint: string,
    status: number,
    headers: Headers | null,
    sentAt: number,
  ): Promise<void> {
    const key = `${consumer} ${endpoint}`;
    const known = this.#usage.get(key) ?? { consumer, endpoint, calls: 0, notModified: 0 };
    known.calls += 1;
    if (status === 304) known.notModified += 1;
    this.#usage.set(key, known);
    this.#calls += 1;
    const before = this.#rate?.blockedUntil ?? 0;
    if (headers) {
      const answeredAt = Date.now();
      this.#rate = rateOf(status, headers, this.#rate, answeredAt);
      this.#see(sighted({ consumer, status, headers, sentAt, answeredAt }));
    }
    const blocked = (this.#rate?.blockedUntil ?? 0) > before;
    if (blocked || this.#calls >= FLUSH_CALLS || Date.now() - this.#flushedAt > FLUSH_MS) await this.flush();
  }

  #see(window: TokenWindow | null): void {
    if (window === null) return;
    this.#windows.set(window.resource, joined(this.#windows.get(window.resource) ?? [], window));
  }

  /** Tells the budget object. What cannot be told now is told with the next batch: counting must not fail a call. */
  async flush(): Promise<void> {
    const usage: UsageRecord[] = [...this.#usage.values()];
    if (usage.length === 0) return;
    const windows = [...this.#windows.values()].flat();
    this.#usage = new Map();
    this.#windows = new Map();
    this.#calls = 0;
    this.#flushedAt = Date.now();
    try {
      await this.#ask((budget) => budget.record(usage, this.#rate, windows));
    } catch {
      for (const one of usage) {
        const key = `${one.consumer} ${one.endpoint}`;
        const known = this.#usage.get(key) ?? { ...one, calls: 0, notModified: 0 };
        this.#usage.set(key, {
          ...one,
          calls: known.calls + one.calls,
          notModified: known.notModified + one.notModified,
        });
      }
      for (const window of windows) this.#see(window);
    }
  }

  botLogin(): Promise<string> {
    const name = this.#name === TOKEN ? TOKEN : APP;
    return over("the bot's login", () => this.#env.GITHUB_BUDGET.getByName(name).botLogin());
  }

  #ask<T>(ask: (budget: GitHubBudgetRpc) => Promise<T>): Promise<T> {
    return over(`budget ${this.#name}`, () => ask(this.#env.GITHUB_BUDGET.getByName(this.#name)));
  }
}

async function over<T>(call: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw revive(error, call);
  }
}

const APP = "app";
const TOKEN = "token";
const budgets = new WeakMap<Env, Map<string, Budget>>();
const installations = new WeakMap<Env, Map<string, { readonly id: number; readonly until: number }>>();

function within<V>(all: WeakMap<Env, Map<string, V>>, env: Env): Map<string, V> {
  const mine = all.get(env) ?? new Map<string, V>();
  all.set(env, mine);
  return mine;
}

async function nameOf(env: Env, owner: string, repo: string): Promise<string> {
  if (!usesApp(env)) return TOKEN;
  const mine = within(installations, env);
  const key = owner.toLowerCase();
  const known = mine.get(key);
  if (known && known.until > Date.now()) return `installation:${known.id}`;
  const id = await over(`the installation of ${owner}`, () =>
    env.GITHUB_BUDGET.getByName(APP).installationOf(owner, repo),
  );
  mine.set(key, { id, until: Date.now() + INSTALLATION_MS });
  return `installation:${id}`;
}

/** The budget that pays for calls about an owner. Rejects with GitHubError when the App is not installed there. */
export async function budgetOf(env: Env, owner: string, repo: string): Promise<Budget> {
  const name = await nameOf(env, owner, repo);
  const mine = within(budgets, env);
  const budget = mine.get(name) ?? new Budget(env, name);
  mine.set(name, budget);
  return budget;
}

/** Tells every budget object what this isolate has used. Call it at the end of a piece of work. */
export async function flushUsage(env: Env): Promise<void> {
  for (const budget of within(budgets, env).values()) await budget.flush();
}
