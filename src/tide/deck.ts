/** Tide in the shapes of Deck's JSON (spec jobs 4.7, 5.1). */
import type { TideIndex } from "../config/tide.ts";
import { searchStrings } from "./search.ts";
import type { HistoryRecord, PoolView } from "./view.ts";

/** A pool of `/tide.js`. */
export function legacyPool(pool: PoolView) {
  const byNumber = new Map(pool.pulls.map((pull) => [pull.number, pull]));
  const pulls = (numbers: readonly number[]) =>
    numbers.flatMap((number) => {
      const pull = byNumber.get(number);
      return pull ? [{ Title: pull.title, Number: number, HeadRefOID: pull.headSha, Mergeable: pull.mergeable }] : [];
    });
  return {
    Org: pool.org,
    Repo: pool.repo,
    Branch: pool.branch,
    SuccessPRs: pulls(pool.success),
    PendingPRs: pulls(pool.pending),
    MissingPRs: pulls(pool.missing),
    BatchPending: pulls(pool.batchPending),
    Action: pool.action,
    Target: pulls(pool.target),
    Blockers: pool.blockers.map(({ number, title, url }) => ({ Number: number, Title: title, URL: url })),
    Error: pool.error,
    TenantIDs: [],
    // What Deck does not tell: why each waits, by a code.
    Waits: pool.pulls.map(({ wait }) => wait),
  };
}

/** A record of `/tide-history.js`. */
export function legacyRecord({ time, action, baseSha, target, err, times }: HistoryRecord) {
  return {
    time: new Date(time).toISOString(),
    action,
    baseSHA: baseSha,
    target,
    ...(err === "" ? {} : { err }),
    ...(times > 1 ? { times } : {}),
  };
}

type SearchQuery = TideIndex["queries"][number];

/** The queries of config.yaml, without names of which `may` does not hold; one that is left with no repositories is left out. */
export function legacyQueries({ queries, blocker_label }: TideIndex, may: (name: string) => boolean) {
  const shown = queries
    .map((query) => ({
      ...query,
      orgs: query.orgs.filter(may),
      repos: query.repos.filter(may),
      excludedRepos: query.excludedRepos.filter(may),
    }))
    .filter(({ orgs, repos }) => orgs.length + repos.length > 0);
  return {
    Queries: searchStrings({ queries: shown, blocker_label }, "pools").map(({ search }) => search),
    TideQueries: shown.map(written),
  };
}

/** As config.yaml says it: without what it does not say. */
const written = (query: SearchQuery): Partial<SearchQuery> =>
  Object.fromEntries(
    Object.entries(query).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : Boolean(value))),
  );

/** All names that the queries hold: of organisations, and of repositories as `org/repo`. */
export const namesIn = ({ queries }: TideIndex): readonly string[] =>
  queries.flatMap(({ orgs, repos, excludedRepos }) => [...orgs, ...repos, ...excludedRepos]);
