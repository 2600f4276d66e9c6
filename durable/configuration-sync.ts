/** The configuration repository: its archive at a commit, and the verdict on that commit. */
import type { Effect } from "../src/chatops/effects.ts";
import type { Problem } from "../src/config/model.ts";
import type { ConfigLoad, ConfigSource } from "../src/config/rpc.ts";
import { CONFIG_CONTEXT } from "../src/config/status-context.ts";
import { type Env, settings } from "../src/env.ts";
import { githubClient } from "../src/github/index.ts";

const LONGEST_DESCRIPTION = 140;

type Sync = Extract<ConfigSource, { kind: "sync" }>;

/** From the setting CONFIG_REPO; null when it is not set. */
function repository(env: Env): { owner: string; repo: string } | null {
  const [, owner = "", repo = ""] = /^([^/]+)\/([^@]+)@/.exec(settings(env).CONFIG_REPO ?? "") ?? [];
  return owner === "" ? null : { owner, repo };
}

/** The archive as GitHub sends it. Rejects with {@link GitHubError}; null when there is no configuration repository. */
export async function configTarball(env: Env, { commit, delivery }: Sync): Promise<ReadableStream<Uint8Array> | null> {
  const where = repository(env);
  if (!where) return null;
  const client = githubClient(env, { ...where, delivery, consumer: "config" });
  const answer = await client.raw(`/repos/${where.owner}/${where.repo}/tarball/${commit}`);
  await client.flush();
  return answer.body;
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** What stands on the commit; null for what says nothing (any more). */
export function verdict(load: {
  readonly state: ConfigLoad["state"];
  readonly problems: readonly Problem[];
}): { readonly state: "pending" | "success" | "failure"; readonly description: string } | null {
  const errors = load.problems.filter((problem) => problem.severity === "error");
  const warnings = load.problems.length - errors.length;
  const [first] = errors;
  const and = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  const said = (text: string, tail = ""): string =>
    text.length + tail.length <= LONGEST_DESCRIPTION
      ? text + tail
      : `${text.slice(0, LONGEST_DESCRIPTION - tail.length - 4)} ...${tail}`;
  switch (load.state) {
    case "loading":
      return { state: "pending", description: "Loading the configuration" };
    case "current":
      return {
        state: "success",
        description: warnings > 0 ? `In use, with ${plural(warnings, "warning")}` : "In use",
      };
    case "refused":
      return {
        state: "failure",
        description: said(first ? `${first.file}:${first.line}: ${first.message}` : "Refused", and),
      };
    case "needs-confirmation":
      return { state: "pending", description: "Waits for an administrator: it would take away many jobs" };
    case "superseded":
      return null;
  }
}

/** Says on the commit what became of the configuration, through the repository's outbox: once for each state. */
export async function reportConfigStatus(env: Env, load: ConfigLoad): Promise<void> {
  const where = repository(env);
  const { source } = load;
  const said = verdict(load);
  if (source.kind !== "sync" || !where || !said) return;
  const effect: Effect = {
    kind: "setStatus",
    sha: source.commit,
    context: CONFIG_CONTEXT,
    ...said,
    targetUrl: `${settings(env).PUBLIC_URL}/config`,
  };
  const object = env.REPOSITORY.getByName(`${where.owner}/${where.repo}`.toLowerCase());
  await object.enqueue(source.delivery, `config ${load.id} ${load.state}`, [effect]);
}
