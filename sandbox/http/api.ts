/**
 * The REST interface: one pipeline for all operations. Order: faults, credentials, rate limit, route, validation, the handler,
 * conditional answer, the check of our own answer.
 */
import { createHash, randomBytes } from "node:crypto";
import { ApiError } from "../errors.ts";
import type { RequestFault } from "../faults.ts";
import { mismatch } from "../openapi/description.ts";
import type { World } from "../world.ts";
import { Call, type Reply } from "./call.ts";
import { budgetOf, type Caller, callerOf } from "./caller.ts";
import type { Journal } from "./journal.ts";
import { rateHeaders, type Rates, type Resource } from "./rate.ts";
import { findRoute, type Route } from "./router.ts";
import { checkBody, checkParameters, parseJson } from "./validate.ts";

export interface ApiRequest {
  readonly method: string;
  /** Path below the interface's base, still encoded. */
  readonly path: string;
  readonly url: URL;
  readonly header: (name: string) => string | undefined;
  readonly body: string;
  readonly address: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | null;
  /** Close the connection after so many milliseconds instead of answering; null: answer. */
  readonly dropAfterMs: number | null;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const resourceOf = (path: string): Resource =>
  path.startsWith("/search/") ? "search" : path === "/graphql" ? "graphql" : "core";

const nameOf = (caller: Caller): string =>
  caller.kind === "user"
    ? caller.account.login
    : caller.kind === "installation"
      ? `${caller.app.slug}[bot]`
      : caller.kind;

export type GraphQL = (call: Call) => Promise<Reply>;

export class Api {
  readonly #world: World;
  readonly #journal: Journal;
  readonly #rates: Rates;
  readonly #graphql: GraphQL;

  constructor(world: World, journal: Journal, rates: Rates, graphql: GraphQL) {
    this.#world = world;
    this.#journal = journal;
    this.#rates = rates;
    this.#graphql = graphql;
  }

  /** Answers one call; never throws. */
  async handle(request: ApiRequest): Promise<ApiAnswer> {
    const started = performance.now();
    const fault = this.#world.faults.forRequest(request.method, request.path);
    const found = findRoute(request.method, request.path);
    const seen: { caller: Caller } = { caller: { kind: "anonymous" } };
    if (fault?.kind === "delay") await sleep(fault.ms);
    const answer = await this.#answer(request, fault, found, seen);
    this.#journal.request({
      at: new Date().toISOString(),
      method: request.method,
      path: request.path + request.url.search,
      endpoint: found?.route.name ?? (request.path === "/graphql" ? "POST /graphql" : null),
      status: answer.status,
      caller: nameOf(seen.caller),
      delivery: request.header("x-github-delivery") ?? null,
      fault: fault?.kind ?? null,
      duration: Math.round(performance.now() - started),
    });
    return answer;
  }

  async #answer(
    request: ApiRequest,
    fault: RequestFault | null,
    found: ReturnType<typeof findRoute>,
    seen: { caller: Caller },
  ): Promise<ApiAnswer> {
    const common = this.#commonHeaders();
    try {
      if (!request.header("user-agent"))
        return plain(
          403,
          "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
        );
      seen.caller = callerOf(this.#world, request.header("authorization"));
      if (fault?.kind === "status") return failed(fault.status, common);
      if (fault?.kind === "refuse") throw new ApiError(fault.status, fault.message);
      const limited = this.#limit(request, seen.caller, fault);
      const reply = await this.#perform(request, found, seen.caller);
      const answer = conditional(request, reply, { ...common, ...limited, ...reply.headers });
      if (answer.status === 304) Object.assign(answer.headers, this.#refund(request, seen.caller));
      if (found && reply.status < 400) this.#checkLater(found.route, reply);
      if (fault?.kind === "actThenDrop") return { ...answer, dropAfterMs: fault.afterMs };
      return fault?.kind === "actThenStatus" ? failed(fault.status, common) : answer;
    } catch (error) {
      return this.#refusal(error, request, found?.route ?? null, common);
    }
  }

  #commonHeaders(): Record<string, string> {
    return {
      server: "github.com",
      "x-github-media-type": "github.v3; format=json",
      "x-github-api-version-selected": "2022-11-28",
      "x-github-request-id": randomBytes(8).toString("hex").toUpperCase(),
      "access-control-allow-origin": "*",
    };
  }

  /** Counts the call; throws 403 when the budget is used up, or a fault says so. */
  #limit(request: ApiRequest, caller: Caller, fault: RequestFault | null): Record<string, string> {
    const who = budgetOf(caller, request.address);
    const resource = resourceOf(request.path);
    if (fault?.kind === "secondaryRateLimit")
      throw new ApiError(
        403,
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        null,
        {
          "retry-after": String(fault.retryAfter),
        },
      );
    if (fault?.kind === "primaryRateLimit") this.#rates.exhaust(who, resource, fault.resetSeconds);
    const before = this.#rates.spend(who, caller, resource, 0);
    if (before.remaining === 0 && request.path !== "/rate_limit")
      throw new ApiError(403, `API rate limit exceeded for ${who}.`, null, rateHeaders(before));
    return rateHeaders(this.#rates.spend(who, caller, resource, request.path === "/rate_limit" ? 0 : 1));
  }

  /** An answer of 304 does not count. */
  #refund(request: ApiRequest, caller: Caller): Record<string, string> {
    return rateHeaders(this.#rates.spend(budgetOf(caller, request.address), caller, resourceOf(request.path), -1));
  }

  async #perform(request: ApiRequest, found: ReturnType<typeof findRoute>, caller: Caller): Promise<Reply> {
    if (request.path === "/graphql" && request.method === "POST")
      return this.#graphql(this.#call(request, caller, {}, parseJson(request.body || "{}")));
    if (!found) throw ApiError.notFound();
    const { route, params } = found;
    checkParameters(route.operation, params, request.url.searchParams);
    return route.handle(this.#call(request, caller, params, checkBody(route.operation, request.body)));
  }

  #call(request: ApiRequest, caller: Caller, params: Readonly<Record<string, string>>, body: unknown): Call {
    return new Call({
      world: this.#world,
      caller,
      params,
      url: request.url,
      accept: request.header("accept") ?? "",
      rates: this.#rates,
      address: request.address,
      body,
    });
  }

  #refusal(error: unknown, request: ApiRequest, route: Route | null, common: Record<string, string>): ApiAnswer {
    const endpoint = route?.name ?? `${request.method} ${request.path}`;
    if (!(error instanceof ApiError)) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#journal.violation({ kind: "response", endpoint, message });
      return failed(500, common);
    }
    if (!route || error.status === 400 || error.message.startsWith("Invalid request."))
      this.#journal.violation({
        kind: "request",
        endpoint,
        message: route ? error.message : "GitHub has no such operation here",
      });
    return {
      status: error.status,
      headers: { ...common, "content-type": "application/json; charset=utf-8", ...error.headers },
      body: JSON.stringify(error.body),
      dropAfterMs: null,
    };
  }

  /** Holds our own answer to GitHub's description, after it was given. */
  #checkLater(route: Route, reply: Reply): void {
    const schema = route.operation.responses[String(reply.status)];
    setImmediate(() => {
      if (schema === undefined) {
        const message = `GitHub does not answer ${reply.status} here`;
        this.#journal.violation({ kind: "response", endpoint: route.name, message });
      } else if (schema && reply.body !== undefined) {
        const error = mismatch(schema, JSON.parse(JSON.stringify(reply.body)));
        if (error) {
          const message = `${reply.status} ${error.instancePath} ${error.message ?? ""}`;
          this.#journal.violation({ kind: "response", endpoint: route.name, message });
        }
      }
    });
  }
}

const plain = (status: number, body: string): ApiAnswer => ({
  status,
  headers: { "content-type": "text/plain" },
  body,
  dropAfterMs: null,
});

function failed(status: number, common: Record<string, string>): ApiAnswer {
  const message = status === 502 ? "Server Error" : status === 503 ? "Service unavailable" : "Internal Server Error";
  return {
    status,
    headers: { ...common, "content-type": "application/json" },
    body: JSON.stringify({ message }),
    dropAfterMs: null,
  };
}

/** Gives an entity tag to what can be read, and 304 to who has it already. */
function conditional(request: ApiRequest, reply: Reply, headers: Record<string, string>): ApiAnswer {
  const body = reply.text ? reply.text.content : reply.body === undefined ? null : JSON.stringify(reply.body);
  const type = reply.text?.type ?? "application/json; charset=utf-8";
  const all: Record<string, string> = body === null ? headers : { ...headers, "content-type": type };
  if (request.method !== "GET" || reply.status !== 200 || body === null)
    return { status: reply.status, headers: all, body, dropAfterMs: null };
  const etag = `W/"${createHash("sha256")
    .update(body)
    .update(headers.link ?? "")
    .digest("hex")}"`;
  const tagged = { ...all, etag, "cache-control": "private, max-age=60, s-maxage=60", vary: "Accept, Authorization" };
  const known = request.header("if-none-match")?.split(/\s*,\s*/) ?? [];
  if (known.some((one) => one.replace(/^W\//, "") === etag.replace(/^W\//, "")))
    return { status: 304, headers: tagged, body: null, dropAfterMs: null };
  return { status: 200, headers: tagged, body, dropAfterMs: null };
}
