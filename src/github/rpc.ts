/** One credential's budget, token and conditional-request cache (design 1.8). */
import type { TokenWindow } from "./windows.ts";

export interface UsageRecord {
  /** Who asked: a plugin, `outbox`, `config`, ... */
  readonly consumer: string;
  /** Route template, e.g. `POST /repos/{owner}/{repo}/issues/{issue_number}/comments`. */
  readonly endpoint: string;
  readonly calls: number;
  readonly notModified: number;
}

export interface RateState {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds. */
  readonly resetAt: number;
  /** No call before this time (secondary limits, Retry-After); 0: free. */
  readonly blockedUntil: number;
}

/** Durable object `GitHubBudget`, named `installation:<id>` or `token`; `app` knows which installation an owner has. */
export interface GitHubBudgetRpc extends Rpc.DurableObjectBranded {
  /** A valid token for API calls; installation tokens are renewed five minutes before they expire. */
  token(): Promise<{ token: string; expiresAt: number }>;
  /** A read-only token for cloning one repository (App only); null with a personal token, which never leaves the worker. */
  cloneToken(owner: string, repo: string): Promise<string | null>;
  /** A token that may push to one repository, and nothing else (App only); null with a personal token. */
  pushToken(owner: string, repo: string): Promise<string | null>;
  /** The cached answer of a GET, to be sent with If-None-Match; null when there is none. Body is JSON text. */
  cached(key: string): Promise<{ etag: string; body: string; link: string } | null>;
  store(key: string, etag: string, body: string, link: string): Promise<void>;
  /** Records use, batched by the client; also rate headers and blocks, and of which reset windows the calls were. */
  record(usage: readonly UsageRecord[], rate: RateState | null, windows?: readonly TokenWindow[]): Promise<void>;
  /** Object `app` only: the installation of an owner (the repository helps where an owner has none of its own). */
  installationOf(owner: string, repo: string): Promise<number>;
  /** Object `app` only: the App is not installed under this id (any more). */
  forgetInstallation(id: number): Promise<void>;
  /** `slug[bot]` of the App (object `app`), or the login of the personal token (object `token`). */
  botLogin(): Promise<string>;
  /** GitHub refused this token: issue another one the next time. */
  forget(token: string): Promise<void>;
  rate(): Promise<RateState | null>;
  /** Calls of today. */
  usage(): Promise<readonly UsageRecord[]>;
}
