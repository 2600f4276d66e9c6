/** Commits, statuses and check runs as GitHub shows them. */
import type { Commit } from "../git/read.ts";
import type { CheckRun, Repo, Status, WorkflowRun } from "../state/model.ts";
import type { World } from "../world.ts";
import { userOf } from "./account.ts";
import { integration } from "./app.ts";
import { nodeId } from "./ids.ts";
import { apiOf, pageOf, repository } from "./repository.ts";

const UNSIGNED = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

/** The account that an author's address belongs to, by GitHub's no-reply form. */
export function accountOfEmail(world: World, email: string) {
  const login = /^(?:\d+\+)?([^@]+)@users\.noreply\.github\.com$/.exec(email)?.[1];
  const account = login === undefined ? undefined : world.account(login);
  return account ? userOf(world, account.login) : null;
}

export function commit(world: World, repo: Repo, one: Commit) {
  const api = apiOf(world, repo);
  const page = pageOf(world, repo);
  return {
    sha: one.sha,
    node_id: nodeId("C", one.sha.slice(0, 12)),
    commit: {
      author: one.author,
      committer: one.committer,
      message: one.message,
      tree: { sha: one.tree, url: `${api}/git/trees/${one.tree}` },
      url: `${api}/git/commits/${one.sha}`,
      comment_count: 0,
      verification: UNSIGNED,
    },
    url: `${api}/commits/${one.sha}`,
    html_url: `${page}/commit/${one.sha}`,
    comments_url: `${api}/commits/${one.sha}/comments`,
    author: accountOfEmail(world, one.author.email),
    committer: accountOfEmail(world, one.committer.email),
    parents: one.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}`, html_url: `${page}/commit/${sha}` })),
  };
}

/** The Git object itself: GitHub's `git-commit`. */
export function gitCommit(world: World, repo: Repo, one: Commit) {
  const api = apiOf(world, repo);
  const page = pageOf(world, repo);
  return {
    sha: one.sha,
    node_id: nodeId("C", one.sha.slice(0, 12)),
    url: `${api}/git/commits/${one.sha}`,
    html_url: `${page}/commit/${one.sha}`,
    author: one.author,
    committer: one.committer,
    tree: { sha: one.tree, url: `${api}/git/trees/${one.tree}` },
    message: one.message,
    parents: one.parents.map((sha) => ({ sha, url: `${api}/git/commits/${sha}`, html_url: `${page}/commit/${sha}` })),
    verification: UNSIGNED,
  };
}

/** A status inside the combined status. */
export function simpleStatus(world: World, repo: Repo, one: Status) {
  return {
    url: `${apiOf(world, repo)}/statuses/${one.sha}`,
    avatar_url: userOf(world, one.creator).avatar_url,
    id: one.id,
    node_id: nodeId("SC", one.id),
    state: one.state,
    description: one.description,
    target_url: one.targetUrl,
    context: one.context,
    created_at: one.createdAt,
    updated_at: one.createdAt,
  };
}

export const status = (world: World, repo: Repo, one: Status) => ({
  ...simpleStatus(world, repo, one),
  creator: userOf(world, one.creator),
});

/** The newest status of each context: `pending` if any is or there is none, `failure` if any failed, else `success`. */
export function combinedStatus(world: World, repo: Repo, sha: string, latest: readonly Status[]) {
  const states = new Set(latest.map((one) => one.state));
  const failed = states.has("failure") || states.has("error");
  const state = failed ? "failure" : states.has("pending") || latest.length === 0 ? "pending" : "success";
  return { state, sha, total_count: latest.length, url: `${apiOf(world, repo)}/commits/${sha}/status` };
}

export function checkRun(world: World, repo: Repo, one: CheckRun) {
  const url = `${apiOf(world, repo)}/check-runs/${one.id}`;
  return {
    id: one.id,
    node_id: nodeId("CR", one.id),
    head_sha: one.sha,
    external_id: one.externalId,
    url,
    html_url: `${pageOf(world, repo)}/runs/${one.id}`,
    details_url: one.detailsUrl ?? `${pageOf(world, repo)}/runs/${one.id}`,
    status: one.status,
    conclusion: one.conclusion,
    started_at: one.startedAt,
    completed_at: one.completedAt,
    output: { ...one.output, annotations_count: 0, annotations_url: `${url}/annotations` },
    name: one.name,
    check_suite: { id: one.id },
    app: integration(world, world.appById(one.app)),
    pull_requests: [] as unknown[],
  };
}

/** Webhooks tell more of the suite that a run belongs to. Each of ours is a suite of one. */
export function hookCheckRun(world: World, repo: Repo, one: CheckRun) {
  const run = checkRun(world, repo, one);
  return {
    ...run,
    check_suite: {
      id: one.id,
      node_id: nodeId("CS", one.id),
      head_branch: null,
      head_sha: one.sha,
      status: one.status,
      conclusion: one.conclusion,
      url: `${apiOf(world, repo)}/check-suites/${one.id}`,
      before: null,
      after: one.sha,
      pull_requests: [] as unknown[],
      app: run.app,
      created_at: one.startedAt,
      updated_at: one.completedAt ?? one.startedAt,
    },
  };
}

export function workflowRun(world: World, repo: Repo, one: WorkflowRun, head: Commit | null) {
  const url = `${apiOf(world, repo)}/actions/runs/${one.id}`;
  const actor = userOf(world, one.actor);
  const shown = repository(world, repo);
  return {
    id: one.id,
    name: one.name,
    node_id: nodeId("WFR", one.id),
    head_branch: one.branch,
    head_sha: one.sha,
    path: `.github/workflows/${one.name.toLowerCase()}.yml`,
    display_title: head?.message.split("\n")[0] ?? one.name,
    run_number: one.number,
    run_attempt: one.attempt,
    event: one.event,
    status: one.status,
    conclusion: one.conclusion,
    workflow_id: 1,
    check_suite_id: one.id,
    check_suite_node_id: nodeId("CS", one.id),
    url,
    html_url: `${pageOf(world, repo)}/actions/runs/${one.id}`,
    pull_requests: [] as unknown[],
    created_at: one.createdAt,
    updated_at: one.updatedAt,
    actor,
    triggering_actor: actor,
    run_started_at: one.createdAt,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${apiOf(world, repo)}/check-suites/${one.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${apiOf(world, repo)}/actions/workflows/1`,
    head_commit: {
      id: one.sha,
      tree_id: head?.tree ?? one.sha,
      message: head?.message ?? "",
      timestamp: head?.committer.date ?? one.createdAt,
      author: { name: head?.author.name ?? "", email: head?.author.email ?? "" },
      committer: { name: head?.committer.name ?? "", email: head?.committer.email ?? "" },
    },
    repository: shown,
    head_repository: shown,
  };
}
