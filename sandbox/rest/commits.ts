import { ApiError } from "../errors.ts";
import {
  changes,
  contains,
  count,
  EMPTY_TREE,
  log,
  mergeBase,
  patchText,
  readCommit,
  resolveCommit,
  type Commit,
} from "../git/read.ts";
import { type Call, json, type Reply, text } from "../http/call.ts";
import { linkHeader, paged, pageOf } from "../http/page.ts";
import {
  checkRun,
  combinedStatus,
  commit as commitShape,
  simpleStatus,
  status as statusShape,
} from "../shape/commit.ts";
import { file, listedPull } from "../shape/pull.ts";
import { listedRepository, pageOf as htmlOf, apiOf } from "../shape/repository.ts";
import type { Repo, Status } from "../state/model.ts";
import { createStatus } from "../verbs/statuses.ts";
import { isPull } from "../world.ts";
import { R, type Routes } from "./route.ts";
import { latestStatuses, statusesOf } from "../state/heads.ts";

const CODE: readonly string[] = ["contents"];
const STATUSES: readonly string[] = ["statuses", "contents"];

/** The commit that the path names. Throws 422 as GitHub does for what is no commit. */
async function named(call: Call, repo: Repo, name: string): Promise<Commit> {
  const dir = call.world.gitDir(repo);
  const sha = await resolveCommit(dir, name.replace(/^(heads|tags)\//, ""));
  const commit = sha === null ? null : await readCommit(dir, sha);
  if (!commit) throw new ApiError(422, `No commit found for SHA: ${name}`);
  return commit;
}

async function one(call: Call): Promise<Reply> {
  const { repo, world } = call;
  call.allow(repo, "read", CODE, "read");
  const commit = await named(call, repo, call.param("ref"));
  if (call.accept.includes(".sha")) return text(commit.sha, "application/vnd.github.sha; charset=utf-8");
  const files = await changes(world.gitDir(repo), commit.parents[0] ?? EMPTY_TREE, commit.sha);
  const sum = (key: "additions" | "deletions") => files.reduce((total, change) => total + change[key], 0);
  const [additions, deletions] = [sum("additions"), sum("deletions")];
  return json({
    ...commitShape(world, repo, commit),
    stats: { total: additions + deletions, additions, deletions },
    files: files.map((change) => file(world, repo, commit.sha, change)),
  });
}

async function list(call: Call): Promise<Reply> {
  const { repo, world } = call;
  call.allow(repo, "read", CODE, "read");
  const start = await named(call, repo, call.query("sha") ?? repo.defaultBranch);
  const path = call.query("path");
  const page = pageOf(call);
  const dir = world.gitDir(repo);
  const total = await count(dir, start.sha);
  const options = { limit: page.perPage, skip: (page.page - 1) * page.perPage, ...(path ? { path } : {}) };
  const commits = await log(dir, start.sha, options);
  return json(
    commits.map((commit) => commitShape(world, repo, commit)),
    200,
    linkHeader(call.url, page, total),
  );
}

async function compare(call: Call): Promise<Reply> {
  const { repo, world } = call;
  call.allow(repo, "read", CODE, "read");
  const [from = "", to] = call.param("basehead").split("...");
  if (to === undefined) throw ApiError.notFound();
  const dir = world.gitDir(repo);
  const side = async (name: string) => {
    const sha = await resolveCommit(dir, name.replace(/^[^:]+:/, ""));
    const commit = sha === null ? null : await readCommit(dir, sha);
    if (!commit) throw ApiError.notFound();
    return commit;
  };
  const [base, head] = [await side(from), await side(to)];
  const fork = await mergeBase(dir, base.sha, head.sha);
  const merge = fork === null ? null : await readCommit(dir, fork);
  if (!merge) throw new ApiError(404, `No common ancestor between ${from} and ${to}.`);
  if (/vnd\.github(?:\.v3)?\.diff/.test(call.accept))
    return text(await patchText(dir, merge.sha, head.sha, "diff"), "application/vnd.github.diff; charset=utf-8");
  const [ahead, behind] = [
    await count(dir, `${merge.sha}..${head.sha}`),
    await count(dir, `${merge.sha}..${base.sha}`),
  ];
  const commits = await log(dir, `${merge.sha}..${head.sha}`, { reverse: true, limit: 250 });
  const files = await changes(dir, merge.sha, head.sha);
  const page = `${htmlOf(world, repo)}/compare/${from}...${to}`;
  return json({
    url: `${apiOf(world, repo)}/compare/${from}...${to}`,
    html_url: page,
    permalink_url: `${htmlOf(world, repo)}/compare/${base.sha}...${head.sha}`,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    base_commit: commitShape(world, repo, base),
    merge_base_commit: commitShape(world, repo, merge),
    status: ahead > 0 ? (behind > 0 ? "diverged" : "ahead") : behind > 0 ? "behind" : "identical",
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: commits.map((commit) => commitShape(world, repo, commit)),
    files: files.slice(0, 300).map((change) => file(world, repo, head.sha, change)),
  });
}

const stateOf = (value: string | undefined): Status["state"] => {
  const known = (["pending", "success", "failure", "error"] as const).find((state) => state === value);
  if (!known) throw ApiError.invalid("Status", "state", "inclusion", "state is not included in the list");
  return known;
};

export const commits: Routes = {
  [`GET ${R}/commits`]: list,
  [`GET ${R}/commits/{ref}`]: one,
  [`GET ${R}/compare/{basehead}`]: compare,
  [`GET ${R}/commits/{ref}/status`]: async (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", STATUSES, "read");
    const { sha } = await named(call, repo, call.param("ref"));
    const latest = latestStatuses(repo, sha);
    return paged(
      call,
      latest,
      (status) => simpleStatus(world, repo, status),
      (statuses) => ({
        ...combinedStatus(world, repo, sha, latest),
        statuses,
        repository: listedRepository(world, repo, call.login),
        commit_url: `${apiOf(world, repo)}/commits/${sha}`,
      }),
    );
  },
  [`GET ${R}/commits/{ref}/statuses`]: async (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", STATUSES, "read");
    const { sha } = await named(call, repo, call.param("ref"));
    return paged(call, statusesOf(repo, sha), (status) => statusShape(world, repo, status));
  },
  [`POST ${R}/statuses/{sha}`]: async (call) => {
    const { repo, world } = call;
    call.allow(repo, "write", ["statuses"], "write");
    const commit = await named(call, repo, call.param("sha"));
    const status = createStatus(world, repo, commit, call.actor, {
      state: stateOf(call.string("state")),
      context: call.string("context") ?? "default",
      description: call.string("description") ?? null,
      targetUrl: call.string("target_url") || null,
    });
    return json(statusShape(world, repo, status), 201);
  },
  [`GET ${R}/commits/{ref}/check-runs`]: async (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", ["checks"], "read");
    const { sha } = await named(call, repo, call.param("ref"));
    const name = call.query("check_name");
    const state = call.query("status");
    const runs = repo.checkRuns.filter(
      (run) => run.sha === sha && (name === null || run.name === name) && (state === null || run.status === state),
    );
    return paged(
      call,
      runs,
      (run) => checkRun(world, repo, run),
      (shown) => ({ total_count: runs.length, check_runs: shown }),
    );
  },
  [`GET ${R}/commits/{commit_sha}/pulls`]: async (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", ["pull_requests"], "read");
    const { sha } = await named(call, repo, call.param("commit_sha"));
    const dir = world.gitDir(repo);
    const all = Object.values(repo.issues).filter(isPull);
    const holds = await Promise.all(
      all.map(
        async ({ pull }) => (await contains(dir, pull.head.sha, sha)) && !(await contains(dir, pull.base.sha, sha)),
      ),
    );
    return paged(
      call,
      all.filter((_, index) => holds[index]),
      (issue) => listedPull(world, repo, issue),
    );
  },
};
