/** GitHub's primary rate limits: so many calls an hour for each credential, fewer for search. */
import type { Caller } from "./caller.ts";

export type Resource = "core" | "search" | "graphql";

export interface Budget {
  readonly limit: number;
  readonly remaining: number;
  readonly used: number;
  /** Seconds since 1970. */
  readonly reset: number;
  readonly resource: Resource;
}

const SECONDS: Readonly<Record<Resource, number>> = { core: 3600, search: 60, graphql: 3600 };

function limitOf(caller: Caller, resource: Resource): number {
  if (resource === "search") return caller.kind === "anonymous" ? 10 : 30;
  return caller.kind === "anonymous" ? 60 : 5000;
}

export class Rates {
  readonly #windows = new Map<string, { used: number; reset: number }>();
  readonly #limits = new Map<Resource, number>();

  /** For tests: another limit for everybody. */
  limit(resource: Resource, calls: number): void {
    this.#limits.set(resource, calls);
  }

  /** The state of a budget, after `calls` more. */
  spend(who: string, caller: Caller, resource: Resource, calls: number): Budget {
    const now = Math.floor(Date.now() / 1000);
    const key = `${resource} ${who}`;
    const known = this.#windows.get(key);
    const window = known && known.reset > now ? known : { used: 0, reset: now + SECONDS[resource] };
    window.used += calls;
    this.#windows.set(key, window);
    const limit = this.#limits.get(resource) ?? limitOf(caller, resource);
    return { limit, remaining: Math.max(0, limit - window.used), used: window.used, reset: window.reset, resource };
  }

  /** Uses up a budget until some seconds from now. */
  exhaust(who: string, resource: Resource, seconds: number): void {
    this.#windows.set(`${resource} ${who}`, { used: 1_000_000, reset: Math.floor(Date.now() / 1000) + seconds });
  }
}

export const rateHeaders = (budget: Budget): Record<string, string> => ({
  "x-ratelimit-limit": String(budget.limit),
  "x-ratelimit-remaining": String(budget.remaining),
  "x-ratelimit-used": String(budget.used),
  "x-ratelimit-reset": String(budget.reset),
  "x-ratelimit-resource": budget.resource,
});
