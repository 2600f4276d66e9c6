/**
 * The safety net (issue: tested by dropping every event): one search for each organisation tells the pools what was
 * touched lately, so that a pool of which no event ever told comes to life, and one that missed some heals.
 */
import type { Env } from "../env.ts";
import { githubClient } from "../github/index.ts";
import { currentConfig } from "../config/current.ts";
import type { TideIndex } from "../config/tide.ts";
import { searchPulls } from "./search.ts";
import { poolSettings } from "./settings.ts";

const MINUTE_MS = 60_000;
/** Longer than the cadence of five minutes: a search's index is behind, and a cron may be missed. */
const WINDOW_MS = 20 * MINUTE_MS;
const HOURLY_WINDOW_MS = 3 * 60 * MINUTE_MS;
/** Characters of a query: GitHub takes 256 beside qualifiers, and refuses long lists. */
const TERMS_CHARS = 2000;

/** Since when to look; null: at everything that is open. Once a day nothing is taken for granted. */
function sinceOf(scheduledTime: number): number | null {
  const minute = Math.floor(scheduledTime / MINUTE_MS);
  if (minute % (24 * 60) < 5) return null;
  return scheduledTime - (minute % 60 < 5 ? HOURLY_WINDOW_MS : WINDOW_MS);
}

/** What to search for, by organisation: all of it, or some repositories (spec jobs 5.3). */
function termsOf(queries: TideIndex["queries"]): ReadonlyMap<string, ReadonlySet<string>> {
  const terms = new Map<string, Set<string>>();
  const add = (org: string, term: string): void => void terms.set(org, (terms.get(org) ?? new Set()).add(term));
  const whole = new Set(queries.flatMap(({ orgs }) => orgs));
  for (const org of whole) add(org, `org:${org}`);
  for (const repo of queries.flatMap(({ repos }) => repos)) {
    const org = repo.slice(0, repo.indexOf("/"));
    if (!whole.has(org)) add(org, `repo:${repo}`);
  }
  return terms;
}

/** Terms in lists that a query can hold. */
function chunked(terms: readonly string[]): readonly string[] {
  const chunks: string[] = [];
  for (const term of terms) {
    const last = chunks.at(-1);
    if (last !== undefined && last.length + term.length < TERMS_CHARS) chunks[chunks.length - 1] = `${last} ${term}`;
    else chunks.push(term);
  }
  return chunks;
}

async function syncOrg(env: Env, org: string, terms: readonly string[], since: number | null): Promise<void> {
  const client = githubClient(env, { owner: org, delivery: "tide-sync", consumer: "tide" });
  const pools = new Map<string, number[]>();
  for (const chunk of chunked(terms)) {
    const found = await searchPulls(client, `is:pr state:open archived:false ${chunk}`, since ?? 0);
    for (const { number, repo, baseRef } of found) {
      const name = `${org}/${repo}`.toLowerCase() + `@${baseRef}`;
      pools.set(name, [...(pools.get(name) ?? []), number]);
    }
  }
  for (const [name, numbers] of pools) {
    const at = name.indexOf("@");
    const branch = name.slice(at + 1);
    const config = await currentConfig(env, org, name.slice(name.indexOf("/") + 1, at));
    if (config && poolSettings(config, branch)) await env.MERGE_POOL.getByName(name).tell({ kind: "pulls", numbers });
  }
}

/** Each organisation by itself: one that cannot be searched keeps no other from it. */
export async function syncPools(env: Env, scheduledTime: number): Promise<void> {
  const { index } = await env.CONFIGURATION.getByName("installation").state();
  const since = sinceOf(scheduledTime);
  const work = [...termsOf(index?.tide?.queries ?? [])].map(([org, terms]) => syncOrg(env, org, [...terms], since));
  const failures = (await Promise.allSettled(work)).flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} organisations could not be searched`);
}
