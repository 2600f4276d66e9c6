/** The configuration repository: its tarball at a commit, and the verdict on that commit. */
import type { Problem } from "../src/config/model.ts";
import type { ConfigLoad, ConfigSource } from "../src/config/rpc.ts";
import { type Env, settings } from "../src/env.ts";
import { githubClient } from "../src/github/index.ts";

function repository(env: Env): { owner: string; repo: string } | null {
  const [, owner = "", repo = ""] = /^([^/]+)\/([^@]+)@/.exec(settings(env).CONFIG_REPO ?? "") ?? [];
  return owner === "" ? null : { owner, repo };
}

/** Fetches the archive into R2 and answers its key. */
export async function fetchConfigTarball(env: Env, commit: string, delivery: string): Promise<string> {
  const where = repository(env);
  if (!where) throw new Error("CONFIG_REPO is not set");
  const client = githubClient(env, { ...where, delivery, consumer: "config" });
  const answer = await client.raw(`/repos/${where.owner}/${where.repo}/tarball/${commit}`);
  if (!answer.ok)
    throw new Error(`GitHub answered ${answer.status} for the tarball of ${where.owner}/${where.repo} at ${commit}`);
  const key = `config/uploads/${commit}.tar.gz`;
  await env.ARTIFACTS.put(key, await answer.arrayBuffer());
  return key;
}

/** Says on the commit what became of the configuration, through the repository's outbox. */
export async function reportConfigStatus(
  env: Env,
  source: ConfigSource,
  state: ConfigLoad["state"],
  problems: readonly Problem[],
): Promise<void> {
  const where = repository(env);
  if (source.kind !== "sync" || !where || state === "superseded" || state === "loading") return;
  const first = problems.find((problem) => problem.severity === "error");
  const description =
    state === "current"
      ? "The configuration is in use"
      : first
        ? `${first.file}:${first.line}: ${first.message}`
        : `The configuration is ${state}`;
  const effect = {
    kind: "setStatus",
    sha: source.commit,
    context: "cutwater/config",
    state: state === "current" ? "success" : "failure",
    description: description.slice(0, 140),
    targetUrl: `${settings(env).PUBLIC_URL}/config`,
  } as const;
  const repositoryObject = env.REPOSITORY.getByName(`${where.owner}/${where.repo}`.toLowerCase());
  await repositoryObject.enqueue(source.delivery, "config", [effect]);
}
