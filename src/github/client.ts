/** The GitHub client of the worker: Octokit with a fetch of ours, which knows budget, cache and delivery (design 5). */
import { Octokit } from "@octokit/core";
import { type Env, settings } from "../env.ts";
import { budgetOf } from "./budget.ts";
import { classify, GitHubError, isRead } from "./errors.ts";
import { nextLink } from "./link.ts";

export interface ClientOptions {
  readonly owner: string;
  readonly repo?: string;
  /** Stamped on every call, so that GitHub's log and ours can be laid side by side. */
  readonly delivery: string;
  /** Who asks, for the usage count. */
  readonly consumer: string;
}

export interface GitHubAnswer<T> {
  readonly status: number;
  readonly data: T;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

export interface GitHubClient {
  /** One call by its route template. Throws {@link GitHubError} for everything but 2xx. */
  request<T = unknown>(route: string, params?: Readonly<Record<string, unknown>>): Promise<GitHubAnswer<T>>;
  /** All pages of a list, 100 at a time, at most `limit` items (default 10,000). */
  paginate<T>(
    route: string,
    params: Readonly<Record<string, unknown>>,
    options?: { readonly limit?: number },
  ): Promise<T[]>;
  /** A body as it comes, e.g. a tarball. `path` below the API's base. Redirects lose the token when they leave the API's host. */
  raw(path: string): Promise<Response>;
  /** `slug[bot]` of the App, or the token's own user. */
  botLogin(): Promise<string>;
  /** Calls made so far. */
  calls(): number;
  /** Writes usage and rate behind; called by itself after every few calls. */
  flush(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const CACHED_BYTES = 256 * 1024;
const USER_AGENT = "cutwater";

export function githubClient(env: Env, options: ClientOptions): GitHubClient {
  const base = settings(env).GITHUB_API_URL;
  let made = 0;
  const budget = budgetOf(env, options);

  const send = async (url: string, init: RequestInit): Promise<Response> => {
    const { token } = await (await budget).token();
    made += 1;
    const headers = new Headers(init.headers);
    headers.set("authorization", `token ${token}`);
    headers.set("user-agent", USER_AGENT);
    headers.set("x-github-delivery", options.delivery);
    return fetch(url, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  };

  /** Octokit's fetch: conditional for reads, counted, and its failures typed. */
  const conditional =
    (route: string) =>
    async (url: string, init: RequestInit): Promise<Response> => {
      const method = init.method ?? "GET";
      const path = url.slice(base.length).replace(/\?.*$/, "");
      const mine = await budget;
      const key = method === "GET" ? `${url} ${new Headers(init.headers).get("accept") ?? ""}` : "";
      const known = key === "" ? null : await mine.cached(key);
      const headers = new Headers(init.headers);
      if (known) headers.set("if-none-match", known.etag);
      let answer: Response;
      try {
        answer = await send(url, { ...init, headers, redirect: "manual" });
      } catch (error) {
        if (error instanceof GitHubError) throw error;
        mine.count(route, false, null);
        const kind = isRead(method) ? "transient" : "unknown-outcome";
        throw new GitHubError(
          kind,
          0,
          `${method} ${path}`,
          error instanceof Error && error.name === "TimeoutError" ? "no answer in time" : "the connection failed",
        );
      }
      mine.count(route, answer.status === 304, answer.headers);
      if (answer.status === 304 && known) {
        await answer.body?.cancel();
        const kept = new Headers({
          "content-type": "application/json; charset=utf-8",
          ...(known.link ? { link: known.link } : {}),
        });
        return new Response(known.body, { status: 200, headers: kept });
      }
      const etag = answer.headers.get("etag");
      if (key === "" || answer.status !== 200 || !etag) return answer;
      const text = await answer.text();
      if (text.length <= CACHED_BYTES) await mine.store(key, etag, text, answer.headers.get("link") ?? "");
      return new Response(text, { status: 200, headers: answer.headers });
    };

  const octokit = new Octokit({ baseUrl: base, userAgent: USER_AGENT });
  octokit.log.error = () => undefined;
  octokit.log.warn = () => undefined;

  const request = async <T>(
    route: string,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<GitHubAnswer<T>> => {
    try {
      const answer = await octokit.request(route, { ...params, request: { fetch: conditional(route), retries: 0 } });
      return { status: answer.status, data: answer.data as T, headers: answer.headers };
    } catch (error) {
      throw typed(error, route);
    } finally {
      void (await budget).flushIfDue();
    }
  };

  return {
    request,
    async paginate<T>(route: string, params: Readonly<Record<string, unknown>>, { limit = 10_000 } = {}) {
      const items: T[] = [];
      let page = await request<readonly T[] | Record<string, unknown>>(route, { ...params, per_page: 100 });
      for (;;) {
        items.push(...listIn<T>(page.data));
        const next = nextLink(String(page.headers["link"] ?? ""));
        if (next === null || items.length >= limit) return items.slice(0, limit);
        page = await request(`GET ${next}`);
      }
    },
    async raw(path) {
      const first = await send(`${base}${path}`, { redirect: "manual" });
      const location = first.headers.get("location");
      if (first.status < 300 || first.status > 399 || location === null) return first;
      const target = new URL(location, base);
      if (target.host === new URL(base).host) return send(target.href, {});
      return fetch(target, { headers: { "user-agent": USER_AGENT }, signal: AbortSignal.timeout(60_000) });
    },
    async botLogin() {
      return (await budget).botLogin();
    },
    calls: () => made,
    async flush() {
      await (await budget).flush();
    },
  };
}

/** A list endpoint answers an array, or an object that holds one (`statuses`, `check_runs`, ...). */
function listIn<T>(data: readonly T[] | Record<string, unknown>): readonly T[] {
  if (Array.isArray(data)) return data as readonly T[];
  const list = Object.values(data).find((value) => Array.isArray(value));
  return Array.isArray(list) ? (list as readonly T[]) : [];
}

interface RequestErrorLike {
  readonly status: number;
  readonly message: string;
  readonly request?: { readonly method: string; readonly url: string };
  readonly response?: {
    readonly headers: Readonly<Record<string, string | number | undefined>>;
    readonly data?: unknown;
  };
  readonly cause?: unknown;
}

function typed(error: unknown, route: string): unknown {
  if (error instanceof GitHubError) return error;
  const { status, message, request, response, cause } = error as RequestErrorLike;
  if (cause instanceof GitHubError) return cause;
  if (typeof status !== "number") return error;
  const method = request?.method ?? route.split(" ")[0] ?? "GET";
  const path = request ? new URL(request.url).pathname : route;
  const { kind, retryAfterMs } = classify({ method, status, headers: response?.headers ?? {}, message }, Date.now());
  const said = (response?.data as { message?: unknown } | undefined)?.message;
  return new GitHubError(
    kind,
    status,
    `${method} ${path}`,
    typeof said === "string" ? said.slice(0, 300) : message.slice(0, 300),
    retryAfterMs,
  );
}
