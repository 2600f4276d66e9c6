/** The way to a merge pool: there is one where tide's queries speak of the branch. */
import { currentConfig } from "../src/config/current.ts";
import type { Env } from "../src/env.ts";
import type { MergePoolRpc, PoolNews } from "../src/tide/rpc.ts";
import { poolSettings } from "../src/tide/settings.ts";

/** Null: nothing is merged by tide there. */
export async function poolOf(
  env: Env,
  org: string,
  repo: string,
  branch: string,
): Promise<DurableObjectStub<MergePoolRpc> | null> {
  const config = await currentConfig(env, org, repo);
  if (!config || poolSettings(config, branch) === null) return null;
  return env.MERGE_POOL.getByName(`${org}/${repo}`.toLowerCase() + `@${branch}`);
}

export async function tellPool(env: Env, org: string, repo: string, branch: string, news: PoolNews): Promise<void> {
  await (await poolOf(env, org, repo, branch))?.tell(news);
}
