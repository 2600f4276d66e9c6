/** Refs of a job that is made by hand: what the flags leave out is asked of GitHub. */
import { z } from "zod";
import type { Pull, Refs } from "../src/config/model.ts";
import { pullRequestRefs } from "../src/jobs/create.ts";

/** Its message is for people, without a stack. */
export class RefsError extends Error {
  override readonly name = "RefsError";
}

export interface RefsFlags {
  readonly "base-ref"?: string | undefined;
  readonly "base-sha"?: string | undefined;
  readonly "pull-number"?: string | undefined;
  readonly "pull-sha"?: string | undefined;
  readonly "pull-author"?: string | undefined;
  readonly "pull-head-ref"?: string | undefined;
}

/** Asks GitHub's API for a path; the answer's JSON. */
export type AskGitHub = (path: string) => Promise<unknown>;

export function askGitHub(endpoint: string, token: string): AskGitHub {
  return async (path) => {
    const url = `${endpoint.replace(/\/+$/, "")}${path}`;
    const headers = { accept: "application/vnd.github+json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(30_000) }).catch((error: unknown) => {
      throw new RefsError(`${url} cannot be reached: ${error instanceof Error ? error.message : String(error)}`);
    });
    if (!answer.ok)
      throw new RefsError(
        `${url} answered ${answer.status}. Give all of --base-ref, --base-sha and --pull-*, or --github-token-path`,
      );
    return answer.json();
  };
}

const Repository = z.object({ default_branch: z.string() });
const Branch = z.object({ commit: z.object({ sha: z.string() }) });
const PullRequest = z.object({
  title: z.string(),
  html_url: z.string(),
  user: z.object({ login: z.string() }).nullable(),
  head: z.object({ sha: z.string(), ref: z.string() }),
  base: z.object({ ref: z.string() }),
});

interface Wanted {
  readonly org: string;
  readonly repo: string;
  readonly linkUrl: string;
  readonly flags: RefsFlags;
}

const baseSha = async ({ org, repo, flags }: Wanted, ref: string, ask: AskGitHub): Promise<string> =>
  flags["base-sha"] ?? Branch.parse(await ask(`/repos/${org}/${repo}/branches/${encodeURIComponent(ref)}`)).commit.sha;

/** Refs of a push: the branch's tip, unless the flags say otherwise. */
export async function branchRefs(wanted: Wanted, ask: AskGitHub): Promise<Refs> {
  const { org, repo, linkUrl, flags } = wanted;
  const ref = flags["base-ref"] ?? Repository.parse(await ask(`/repos/${org}/${repo}`)).default_branch;
  const sha = await baseSha(wanted, ref, ask);
  const link = `${linkUrl}/${org}/${repo}`;
  return { org, repo, repo_link: link, base_ref: ref, base_sha: sha, base_link: `${link}/commit/${sha}` };
}

/** Refs of one pull request on its base. Throws {@link RefsError}. */
export async function pullRefs(wanted: Wanted, ask: AskGitHub): Promise<Refs> {
  const { org, repo, linkUrl, flags } = wanted;
  const number = Number(flags["pull-number"] ?? "");
  if (!Number.isSafeInteger(number) || number < 1)
    throw new RefsError("A presubmit needs --pull-number: the number of a pull request");
  const { "pull-sha": sha, "pull-author": author, "base-ref": base, "pull-head-ref": head } = flags;
  const htmlUrl = `${linkUrl}/${org}/${repo}/pull/${number}`;
  if (sha !== undefined && author !== undefined && base !== undefined) {
    const said = { number, title: "", htmlUrl, author: { login: author }, head: { sha, ref: head ?? "" } };
    const refs = pullRequestRefs(
      { owner: org, repo },
      { ...said, base: { ref: base } },
      await baseSha(wanted, base, ask),
      linkUrl,
    );
    return { ...refs, pulls: (refs.pulls ?? []).map(withoutEmpty) };
  }
  const found = PullRequest.parse(await ask(`/repos/${org}/${repo}/pulls/${number}`));
  const baseRef = base ?? found.base.ref;
  const pull = {
    number,
    title: found.title,
    htmlUrl: found.html_url,
    author: { login: author ?? found.user?.login ?? "ghost" },
    head: { sha: sha ?? found.head.sha, ref: head ?? found.head.ref },
    base: { ref: baseRef },
  };
  return pullRequestRefs({ owner: org, repo }, pull, await baseSha(wanted, baseRef, ask), linkUrl);
}

function withoutEmpty({ title, head_ref, ...pull }: Pull): Pull {
  return { ...pull, ...(title ? { title } : {}), ...(head_ref ? { head_ref } : {}) };
}
