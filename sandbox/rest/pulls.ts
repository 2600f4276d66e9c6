import { ApiError } from "../errors.ts";
import { changes, log, mergeBase, patchText, readRef } from "../git/read.ts";
import { type Call, empty, json, text } from "../http/call.ts";
import { paged } from "../http/page.ts";
import { commit as commitShape } from "../shape/commit.ts";
import { file, listedPull, pullRequest } from "../shape/pull.ts";
import type { Repo } from "../state/model.ts";
import { editIssue, setState } from "../verbs/issues.ts";
import type { MergeMethod } from "../gates.ts";
import { createPull, current, mergePull, retarget } from "../verbs/pulls.ts";
import { branchRef } from "../verbs/sync.ts";
import { isPull, type PullIssue, type World } from "../world.ts";
import { R, type Routes } from "./route.ts";

const SCOPE: readonly string[] = ["pull_requests"];
const CODE: readonly string[] = ["contents"];
const METHODS: readonly MergeMethod[] = ["merge", "squash", "rebase"];
/** GitHub lists no more than these of one pull request. */
const MAX_FILES = 3000;
const MAX_COMMITS = 250;

export function readablePull(call: Call): { repo: Repo; issue: PullIssue } {
  const { repo } = call;
  const issue = call.world.pull(repo, call.param("pull_number"));
  call.allow(repo, "read", [...SCOPE, ...CODE], "read");
  return { repo, issue };
}

export function writablePull(call: Call, need: "read" | "triage" | "write"): { repo: Repo; issue: PullIssue } {
  const { repo } = call;
  const issue = call.world.pull(repo, call.param("pull_number"));
  call.allow(repo, "write", SCOPE, need);
  return { repo, issue };
}

/** Where a pull request forks off: what its files and commits are counted from. */
export async function forkPoint(world: World, repo: Repo, issue: PullIssue): Promise<string> {
  const dir = world.gitDir(repo);
  const { pull } = issue;
  const tip = pull.mergedAt ? null : await readRef(dir, branchRef(pull.base.ref));
  return (await mergeBase(dir, tip ?? pull.base.sha, pull.head.sha)) ?? pull.base.sha;
}

function listed(call: Call, repo: Repo): PullIssue[] {
  const state = call.query("state") ?? "open";
  const base = call.query("base");
  const head = call.query("head");
  const byUpdate = call.query("sort") === "updated";
  const sign = call.query("direction") === "asc" ? 1 : -1;
  return Object.values(repo.issues)
    .filter(isPull)
    .filter((issue) => state === "all" || issue.state === state)
    .filter((issue) => base === null || issue.pull.base.ref === base)
    .filter((issue) => head === null || `${issue.pull.head.repo.split("/")[0]}:${issue.pull.head.ref}` === head)
    .sort((a, b) => sign * (byUpdate ? a.updatedAt.localeCompare(b.updatedAt) : a.number - b.number));
}

/** `branch`, or `owner:branch` for a fork's. */
function headOf(call: Call, repo: Repo): { repo: Repo; ref: string } {
  const head = call.string("head") ?? "";
  const [owner = "", ref] = head.split(":");
  if (ref === undefined) return { repo, ref: head };
  const source = call.world.repo(`${owner}/${call.string("head_repo") ?? repo.name}`);
  if (!source) throw ApiError.invalid("PullRequest", "head", "invalid");
  return { repo: source, ref };
}

export const pulls: Routes = {
  [`GET ${R}/pulls`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", SCOPE, "read");
    return paged(call, listed(call, repo), (issue) => listedPull(world, repo, issue));
  },
  [`POST ${R}/pulls`]: async (call) => {
    const { repo, world } = call;
    const head = headOf(call, repo);
    call.allow(repo, "write", SCOPE, head.repo === repo ? "write" : "read");
    const issue = await createPull(world, repo, call.actor, {
      title: call.string("title") ?? "",
      body: call.string("body") ?? null,
      base: call.string("base") ?? "",
      head,
      draft: call.boolean("draft") ?? false,
    });
    return json(pullRequest(world, repo, issue), 201);
  },
  [`GET ${R}/pulls/{pull_number}`]: async (call) => {
    const { repo, issue } = readablePull(call);
    const kind = /vnd\.github(?:\.v3)?\.(diff|patch)/.exec(call.accept)?.[1];
    if (kind === "diff" || kind === "patch") {
      const from = await forkPoint(call.world, repo, issue);
      const body = await patchText(call.world.gitDir(repo), from, issue.pull.head.sha, kind);
      return text(body, `application/vnd.github.${kind}; charset=utf-8`);
    }
    await current(call.world, repo, issue);
    return json(pullRequest(call.world, repo, issue));
  },
  [`PATCH ${R}/pulls/{pull_number}`]: async (call) => {
    const { repo } = call;
    const issue = call.world.pull(repo, call.param("pull_number"));
    call.allow(repo, "write", SCOPE, issue.user === call.login ? "read" : "write");
    const base = call.string("base");
    if (base !== undefined) await retarget(call.world, repo, issue, call.actor, base);
    editIssue(call.world, repo, issue, call.actor, { title: call.string("title"), body: call.string("body") });
    const state = call.string("state");
    if (state === "open" || state === "closed") setState(call.world, repo, issue, call.actor, state);
    await current(call.world, repo, issue);
    return json(pullRequest(call.world, repo, issue));
  },
  [`GET ${R}/pulls/{pull_number}/commits`]: async (call) => {
    const { repo, issue } = readablePull(call);
    const from = await forkPoint(call.world, repo, issue);
    const commits = await log(call.world.gitDir(repo), `${from}..${issue.pull.head.sha}`, { reverse: true });
    return paged(call, commits.slice(0, MAX_COMMITS), (one) => commitShape(call.world, repo, one));
  },
  [`GET ${R}/pulls/{pull_number}/files`]: async (call) => {
    const { repo, issue } = readablePull(call);
    const { head } = issue.pull;
    const from = await forkPoint(call.world, repo, issue);
    const files = await changes(call.world.gitDir(repo), from, head.sha);
    return paged(call, files.slice(0, MAX_FILES), (one) => file(call.world, repo, head.sha, one));
  },
  [`GET ${R}/pulls/{pull_number}/merge`]: (call) => {
    const { issue } = readablePull(call);
    if (issue.pull.mergedAt === null) throw ApiError.notFound();
    return empty();
  },
  [`PUT ${R}/pulls/{pull_number}/merge`]: async (call) => {
    const { repo } = call;
    const issue = call.world.pull(repo, call.param("pull_number"));
    call.allow(repo, "write", CODE, "write");
    const method = METHODS.find((one) => one === call.string("merge_method")) ?? "merge";
    const sha = await mergePull(call.world, repo, issue, call.actor, {
      method,
      sha: call.string("sha"),
      title: call.string("commit_title"),
      message: call.string("commit_message"),
    });
    return json({ sha, merged: true, message: "Pull Request successfully merged" });
  },
};
