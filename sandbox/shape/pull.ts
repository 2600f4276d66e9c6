/** Pull requests and reviews as GitHub shows them. */
import { association, orgOf } from "../access.ts";
import type { FileChange } from "../git/changes.ts";
import type { Repo, Review, ReviewComment } from "../state/model.ts";
import type { PullIssue, World } from "../world.ts";
import { mergeState } from "../gates.ts";
import { team as teamShape, userOf } from "./account.ts";
import { nodeId } from "./ids.ts";
import { labelsOf, milestoneOf, reactionCounts } from "./issue.ts";
import { apiOf, pageOf, repository } from "./repository.ts";

function side(world: World, name: string, ref: string, sha: string) {
  const repo = world.repo(name);
  const owner = name.split("/")[0] ?? "";
  return {
    label: `${owner}:${ref}`,
    ref,
    sha,
    user: userOf(world, owner),
    repo: repo ? repository(world, repo) : null,
  };
}

/** GitHub's `pull-request-simple`, for lists and reviews' webhooks. */
export function listedPull(world: World, repo: Repo, issue: PullIssue) {
  const api = apiOf(world, repo);
  const url = `${api}/pulls/${issue.number}`;
  const issueUrl = `${api}/issues/${issue.number}`;
  const page = `${pageOf(world, repo)}/pull/${issue.number}`;
  const { pull } = issue;
  const assignees = issue.assignees.map((login) => userOf(world, login));
  const org = orgOf(world, repo);
  const teams = pull.requestedTeams.flatMap((slug) => org?.teams.filter((team) => team.slug === slug) ?? []);
  const statuses = `${api}/statuses/${pull.head.sha}`;
  const link = (href: string) => ({ href });
  return {
    url,
    id: pull.id,
    node_id: nodeId("PR", pull.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issueUrl,
    number: issue.number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user: userOf(world, issue.user),
    body: issue.body,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommit,
    assignee: assignees[0] ?? null,
    assignees,
    requested_reviewers: pull.requestedReviewers.map((login) => userOf(world, login)),
    requested_teams: org ? teams.map((team) => teamShape(world, org, team)) : [],
    labels: labelsOf(world, repo, issue),
    milestone: milestoneOf(world, repo, issue),
    draft: pull.draft,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${issueUrl}/comments`,
    statuses_url: statuses,
    head: side(world, pull.head.repo, pull.head.ref, pull.head.sha),
    base: side(world, `${repo.owner}/${repo.name}`, pull.base.ref, pull.base.sha),
    _links: {
      self: link(url),
      html: link(page),
      issue: link(issueUrl),
      comments: link(`${issueUrl}/comments`),
      review_comments: link(`${url}/comments`),
      review_comment: link(`${api}/pulls/comments{/number}`),
      commits: link(`${url}/commits`),
      statuses: link(statuses),
    },
    author_association: association(world, repo, issue.user),
    auto_merge: null,
    active_lock_reason: null,
  };
}

/** GitHub's `pull-request`. Webhooks right after a push say `mergeable: null`: it is computed later. */
export function pullRequest(world: World, repo: Repo, issue: PullIssue, known = true) {
  const { pull } = issue;
  const mergeable = known && issue.state === "open" ? pull.mergeable : null;
  return {
    ...listedPull(world, repo, issue),
    merged: pull.mergedAt !== null,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: known ? mergeState(world, repo, issue).toLowerCase() : "unknown",
    merged_by: pull.mergedBy === null ? null : userOf(world, pull.mergedBy),
    comments: issue.comments.length,
    review_comments: pull.reviewComments.length,
    maintainer_can_modify: pull.head.repo !== `${repo.owner}/${repo.name}`,
    commits: pull.stats.commits,
    additions: pull.stats.additions,
    deletions: pull.stats.deletions,
    changed_files: pull.stats.changedFiles,
  };
}

export function review(world: World, repo: Repo, issue: PullIssue, one: Review) {
  const page = `${pageOf(world, repo)}/pull/${issue.number}#pullrequestreview-${one.id}`;
  const url = `${apiOf(world, repo)}/pulls/${issue.number}`;
  return {
    id: one.id,
    node_id: nodeId("PRR", one.id),
    user: userOf(world, one.user),
    body: one.body,
    state: one.state,
    html_url: page,
    pull_request_url: url,
    author_association: association(world, repo, one.user),
    _links: { html: { href: page }, pull_request: { href: url } },
    submitted_at: one.submittedAt,
    commit_id: one.commit,
  };
}

/** Webhooks write the state in lower case, and null for an empty body. */
export function hookReview(world: World, repo: Repo, issue: PullIssue, one: Review) {
  return { ...review(world, repo, issue, one), state: one.state.toLowerCase(), body: one.body || null };
}

export function reviewComment(world: World, repo: Repo, issue: PullIssue, one: ReviewComment) {
  const url = `${apiOf(world, repo)}/pulls/comments/${one.id}`;
  const page = `${pageOf(world, repo)}/pull/${issue.number}#discussion_r${one.id}`;
  const pull = `${apiOf(world, repo)}/pulls/${issue.number}`;
  return {
    url,
    pull_request_review_id: one.review,
    id: one.id,
    node_id: nodeId("PRRC", one.id),
    diff_hunk: one.hunk,
    path: one.path,
    position: 1,
    original_position: 1,
    commit_id: one.commit,
    original_commit_id: one.commit,
    user: userOf(world, one.user),
    body: one.body,
    created_at: one.createdAt,
    updated_at: one.updatedAt,
    html_url: page,
    pull_request_url: pull,
    author_association: association(world, repo, one.user),
    _links: { self: { href: url }, html: { href: page }, pull_request: { href: pull } },
    reactions: reactionCounts(url, one.reactions ?? []),
    start_line: null,
    original_start_line: null,
    start_side: null,
    line: one.line,
    original_line: one.line,
    side: "RIGHT" as const,
    subject_type: "line" as const,
  };
}

/** GitHub's `diff-entry`. */
export function file(world: World, repo: Repo, head: string, one: FileChange) {
  const path = one.path.split("/").map(encodeURIComponent).join("/");
  return {
    sha: one.sha,
    filename: one.path,
    status: one.status,
    additions: one.additions,
    deletions: one.deletions,
    changes: one.additions + one.deletions,
    blob_url: `${pageOf(world, repo)}/blob/${head}/${path}`,
    raw_url: `${pageOf(world, repo)}/raw/${head}/${path}`,
    contents_url: `${apiOf(world, repo)}/contents/${path}?ref=${head}`,
    ...(one.patch === null ? {} : { patch: one.patch }),
    ...(one.previousPath === null ? {} : { previous_filename: one.previousPath }),
  };
}
