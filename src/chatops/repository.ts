/** What GitHub says of a repository, for objects that no webhook has told yet. */
import type { Env } from "../env.ts";
import { githubClient } from "../github/index.ts";
import type { RepoRef } from "./events.ts";

/** Rejects with GitHub's error. */
export async function repositoryOf(env: Env, owner: string, repo: string, delivery: string): Promise<RepoRef> {
  const client = githubClient(env, { owner, repo, delivery, consumer: "outbox" });
  const { data } = await client.request("GET /repos/{owner}/{repo}", { owner, repo });
  return { owner: data.owner.login, repo: data.name, private: data.private, defaultBranch: data.default_branch };
}
