/** Pull requests that jobs ran for, the newest first, each with how its newest commit stands. GitHub is not asked. */
import type { PullRow } from "../../ui/pages/pulls.tsx";
import type { JobRow } from "../jobs/view.ts";

/** `rows` newest first; of each pull request's jobs the latest run on the newest commit counts. */
export function pullRows(rows: readonly JobRow[]): readonly PullRow[] {
  const byPull = Map.groupBy(
    rows.filter(({ pull }) => pull !== null),
    ({ org, repo, pull }) => `${org}/${repo}#${pull}`.toLowerCase(),
  );
  return [...byPull.values()].flatMap((runs) => {
    const [newest] = runs;
    if (newest === undefined || newest.pull === null) return [];
    const latest = new Map<string, JobRow>();
    for (const run of runs) if (run.headSha === newest.headSha && !latest.has(run.job)) latest.set(run.job, run);
    const states = [...latest.values()].map(({ state }) => state);
    const { org, repo, pull: number, author, startTime: at } = newest;
    return [{ org, repo, number, author, at, states }];
  });
}
