/** Build clusters for the page: those that have a token, and those that jobs of late were for. */
import type { ClustersPageProps } from "../../ui/pages/clusters.tsx";
import { type Env, settings } from "../env.ts";
import { canSee, type Viewer } from "./viewer.ts";

/** Jobs of late that are looked at for their clusters. */
const JOBS = 1_000;
const CLUSTERS = 50;

/** Null for whoever does not see the configuration repository: names of machines are nobody else's business. */
export async function clusterOverview(env: Env, viewer: Viewer): Promise<ClustersPageProps["clusters"] | null> {
  if (!(await canSee(env, viewer, "", ""))) return null;
  const { RUNNER_TOKENS } = settings(env);
  const { results } = await env.DB.prepare(
    "SELECT DISTINCT cluster FROM (SELECT cluster FROM prow_job ORDER BY start_time DESC LIMIT ?)",
  )
    .bind(JOBS)
    .all<{ cluster: string }>();
  const aliases = [...new Set([...Object.keys(RUNNER_TOKENS), ...results.map(({ cluster }) => cluster)])];
  return Promise.all(
    aliases
      .sort()
      .slice(0, CLUSTERS)
      .map(async (alias) => {
        const { runners, queued, leased } = await env.BUILD_CLUSTER.getByName(alias).status();
        const hasToken = Object.hasOwn(RUNNER_TOKENS, alias) && (RUNNER_TOKENS[alias]?.length ?? 0) > 0;
        return { alias, runners: [...runners], queued, leased, hasToken };
      }),
  );
}
