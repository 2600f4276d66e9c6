/**
 * The one place that calls GitHub: adds the token, the delivery id and conditional headers, counts, keeps to the
 * limits that GitHub announced, follows renames, and turns a lost answer into a {@link GitHubError}.
 */
import type { Budget } from "./budget.ts";
import { endpointOf } from "./endpoint.ts";
import { GitHubError, isRead } from "./errors.ts";

const READ_TIMEOUT_MS = 15_000;
/** GitHub itself gives up after 10 s: a longer wait tells more often what became of a write. */
const WRITE_TIMEOUT_MS = 20_000;
const STREAM_TIMEOUT_MS = 5 * 60_000;
/** Longer answers are not kept for conditional requests. Characters. */
const KEPT_LENGTH = 256 * 1024;
/** Answers that decide about trust and have no body: always asked anew. */
const NEVER_KEPT = /\/(members|memberships|collaborators)\/[^/]+$/;
/** Named by their content: an answer that we have is not asked for again. */
const IMMUTABLE = /\/git\/(blobs|trees|commits)\/[0-9a-f]{40}(\?|$)/;
const MOST_REDIRECTS = 3;

export interface TransportOptions {
  readonly budget: () => Promise<Budget>;
  readonly base: string;
  /** Delivery GUID, or another correlation id: stamped on every call. */
  readonly delivery: string;
  readonly consumer: string;
  readonly background: boolean;
}

type Init = Omit<RequestInit, "method"> & { readonly method: string };

export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** The fetch that Octokit is given: whole answers, conditional where it reads. */
  readonly fetch = async (url: string, given: RequestInit = {}): Promise<Response> => {
    const init: Init = { ...given, method: given.method ?? "GET" };
    // A link of a page may say anything: the token goes nowhere but to the API.
    if (!url.startsWith(`${this.#options.base}/`)) {
      throw new GitHubError("permanent", 0, this.#call(init.method, url), "is no address of the API");
    }
    if (init.method !== "GET" || this.#options.background || NEVER_KEPT.test(url)) return await this.#send(url, init);
    const budget = await this.#options.budget();
    const headers = new Headers(init.headers);
    const key = `${url} ${headers.get("accept") ?? ""}`;
    const kept = await budget.cached(key);
    if (kept && IMMUTABLE.test(url)) return again(kept, new Headers(), url);
    if (kept) headers.set("if-none-match", kept.etag);
    const answer = await this.#send(url, { ...init, headers });
    if (kept && answer.status === 304) return again(kept, answer.headers, url);
    const etag = answer.headers.get("etag");
    if (answer.status !== 200 || etag === null) return answer;
    const text = await this.#text(answer, init.method, url);
    if (text.length <= KEPT_LENGTH) await budget.store(key, etag, text, answer.headers.get("link") ?? "");
    return whole(text, withoutWire(answer.headers), url);
  };

  /** A body as it comes. Rejects with {@link GitHubError} for everything but 2xx. */
  async stream(url: string): Promise<Response> {
    const answer = await this.#send(url, { method: "GET" }, STREAM_TIMEOUT_MS);
    if (answer.ok) return answer;
    const said = (await answer.text()).replace(/\s+/g, " ").slice(0, 200);
    const kind = answer.status >= 500 ? "transient" : "permanent";
    throw new GitHubError(kind, answer.status, this.#call("GET", url), said);
  }

  async #send(url: string, init: Init, timeoutMs = isRead(init.method) ? READ_TIMEOUT_MS : WRITE_TIMEOUT_MS) {
    const budget = await this.#options.budget();
    await budget.admit(this.#call(init.method, url), this.#options.background);
    const token = await budget.token();
    const first = await this.#follow(url, init, token, timeoutMs);
    if (first.status !== 401) return first;
    const other = await budget.otherToken(token);
    if (other === token) return first;
    await first.body?.cancel();
    return await this.#follow(url, init, other, timeoutMs);
  }

  /** Follows the redirects of a renamed repository with the token, and those that leave the API without it. */
  async #follow(url: string, init: Init, token: string, timeoutMs: number): Promise<Response> {
    let at = url;
    for (let hops = 0; ; hops += 1) {
      const answer = await this.#once(at, init, token, timeoutMs);
      const to = hops < MOST_REDIRECTS ? targetOf(at, answer, init.method) : null;
      if (to === null) return answer;
      await answer.body?.cancel();
      if (!to.startsWith(`${this.#options.base}/`)) return await this.#elsewhere(to, timeoutMs);
      at = to;
    }
  }

  async #once(url: string, init: Init, token: string, timeoutMs: number): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("authorization", `token ${token}`);
    headers.set("user-agent", "cutwater");
    headers.set("x-github-delivery", this.#options.delivery);
    const budget = await this.#options.budget();
    const endpoint = endpointOf(init.method, url.slice(this.#options.base.length));
    const sentAt = Date.now();
    let answer: Response;
    try {
      answer = await fetch(url, { ...init, headers, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      await budget.count(this.#options.consumer, endpoint, 0, null, sentAt);
      throw this.#lost(error, init.method, url);
    }
    await budget.count(this.#options.consumer, endpoint, answer.status, answer.headers, sentAt);
    return answer;
  }

  async #elsewhere(url: string, timeoutMs: number): Promise<Response> {
    try {
      return await fetch(url, { headers: { "user-agent": "cutwater" }, signal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      throw this.#lost(error, "GET", url);
    }
  }

  async #text(answer: Response, method: string, url: string): Promise<string> {
    try {
      return await answer.text();
    } catch (error) {
      throw this.#lost(error, method, url);
    }
  }

  #lost(error: unknown, method: string, url: string): GitHubError {
    const late = error instanceof Error && error.name === "TimeoutError";
    const what = late ? "no answer in time" : "the connection failed";
    return new GitHubError(isRead(method) ? "transient" : "unknown-outcome", 0, this.#call(method, url), what);
  }

  /** Method and path; queries may carry somebody's words. */
  #call(method: string, url: string): string {
    const { base } = this.#options;
    return `${method} ${(url.startsWith(base) ? url.slice(base.length) : new URL(url).host).replace(/[?#].*$/, "")}`;
  }
}

/** Where an answer sends us; null when it is an answer. A 302 to a question about members says "you may not ask". */
function targetOf(from: string, answer: Response, method: string): string | null {
  const { status } = answer;
  const moved = status === 301 || status === 307 || status === 308 || (status === 302 && isRead(method));
  const location = answer.headers.get("location");
  if (!moved || location === null || NEVER_KEPT.test(from.replace(/[?#].*$/, ""))) return null;
  return status === 301 && !isRead(method) ? null : new URL(location, from).href;
}

function again(kept: { readonly body: string; readonly link: string }, answered: Headers, url: string): Response {
  const headers = withoutWire(answered);
  headers.set("content-type", "application/json; charset=utf-8");
  if (kept.link !== "") headers.set("link", kept.link);
  return whole(kept.body, headers, url);
}

/** With its address, which Octokit reads to page through lists that count. */
function whole(body: string, headers: Headers, url: string): Response {
  return Object.defineProperty(new Response(body, { status: 200, headers }), "url", { value: url });
}

/** Headers without those that described the bytes on the wire. */
function withoutWire(from: Headers): Headers {
  const headers = new Headers(from);
  for (const name of ["content-length", "content-encoding", "transfer-encoding"]) headers.delete(name);
  return headers;
}
