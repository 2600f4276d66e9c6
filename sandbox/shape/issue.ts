/** Issues, labels, comments and their kin as GitHub shows them. */
import { association } from "../access.ts";
import type { Comment, Issue, IssueEvent, Label, Milestone, Reaction, Repo } from "../state/model.ts";
import type { World } from "../world.ts";
import { userOf } from "./account.ts";
import { integration } from "./app.ts";
import { nodeId } from "./ids.ts";
import { apiOf, pageOf } from "./repository.ts";

export function label(world: World, repo: Repo, one: Label) {
  return {
    id: one.id,
    node_id: nodeId("LA", one.id),
    url: `${apiOf(world, repo)}/labels/${encodeURIComponent(one.name)}`,
    name: one.name,
    color: one.color,
    default: one.default,
    description: one.description,
  };
}

/** The labels of an issue, in the order of their adding. */
export function labelsOf(world: World, repo: Repo, issue: Issue) {
  return issue.labels.flatMap((name) => {
    const known = repo.labels.find((one) => one.name.toLowerCase() === name.toLowerCase());
    return known ? [label(world, repo, known)] : [];
  });
}

export function milestone(world: World, repo: Repo, one: Milestone) {
  const url = `${apiOf(world, repo)}/milestones/${one.number}`;
  const issues = Object.values(repo.issues).filter((issue) => issue.milestone === one.number);
  return {
    url,
    html_url: `${pageOf(world, repo)}/milestone/${one.number}`,
    labels_url: `${url}/labels`,
    id: one.id,
    node_id: nodeId("MI", one.id),
    number: one.number,
    title: one.title,
    description: one.description,
    creator: userOf(world, one.creator),
    open_issues: issues.filter((issue) => issue.state === "open").length,
    closed_issues: issues.filter((issue) => issue.state === "closed").length,
    state: one.state,
    created_at: one.createdAt,
    updated_at: one.updatedAt,
    due_on: one.dueOn,
    closed_at: one.closedAt,
  };
}

export function milestoneOf(world: World, repo: Repo, issue: Issue) {
  const known = repo.milestones.find((one) => one.number === issue.milestone);
  return known ? milestone(world, repo, known) : null;
}

const REACTIONS = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"] as const;

export function reactionCounts(url: string, all: readonly Reaction[]) {
  const counts = REACTIONS.map((content) => [content, all.filter((one) => one.content === content).length] as const);
  return {
    url: `${url}/reactions`,
    total_count: all.length,
    ...(Object.fromEntries(counts) as Record<string, number>),
  };
}

export function reaction(world: World, one: Reaction) {
  return {
    id: one.id,
    node_id: nodeId("REA", one.id),
    user: userOf(world, one.user),
    content: one.content,
    created_at: one.createdAt,
  };
}

/** A pull request is one node, seen as an issue or not. */
export const issueNodeId = ({ id, pull }: Issue): string => (pull ? nodeId("PR", pull.id) : nodeId("I", id));

const pathOf = (issue: Issue): string => `${issue.pull ? "pull" : "issues"}/${issue.number}`;

export function issue(world: World, repo: Repo, one: Issue) {
  const api = apiOf(world, repo);
  const url = `${api}/issues/${one.number}`;
  const page = `${pageOf(world, repo)}/${pathOf(one)}`;
  const assignees = one.assignees.map((login) => userOf(world, login));
  return {
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    id: one.id,
    node_id: issueNodeId(one),
    number: one.number,
    title: one.title,
    user: userOf(world, one.user),
    labels: labelsOf(world, repo, one),
    state: one.state,
    locked: one.locked,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: milestoneOf(world, repo, one),
    comments: one.comments.length,
    created_at: one.createdAt,
    updated_at: one.updatedAt,
    closed_at: one.closedAt,
    author_association: association(world, repo, one.user),
    active_lock_reason: null,
    ...(one.pull
      ? {
          draft: one.pull.draft,
          pull_request: {
            url: `${api}/pulls/${one.number}`,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: one.pull.mergedAt,
          },
        }
      : { sub_issues_summary: { total: 0, completed: 0, percent_completed: 0 } }),
    body: one.body,
    closed_by: one.closedBy === null ? null : userOf(world, one.closedBy),
    reactions: reactionCounts(url, one.reactions),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
    state_reason: one.stateReason,
  };
}

export function comment(world: World, repo: Repo, parent: Issue, one: Comment) {
  const url = `${apiOf(world, repo)}/issues/comments/${one.id}`;
  return {
    url,
    html_url: `${pageOf(world, repo)}/${pathOf(parent)}#issuecomment-${one.id}`,
    issue_url: `${apiOf(world, repo)}/issues/${parent.number}`,
    id: one.id,
    node_id: nodeId("IC", one.id),
    user: userOf(world, one.user),
    created_at: one.createdAt,
    updated_at: one.updatedAt,
    author_association: association(world, repo, one.user),
    body: one.body,
    reactions: reactionCounts(url, one.reactions),
    performed_via_github_app: one.app === null ? null : integration(world, world.appById(one.app)),
  };
}

export function issueEvent(world: World, repo: Repo, one: IssueEvent) {
  const known = repo.labels.find((candidate) => candidate.name === one.label);
  return {
    id: one.id,
    node_id: nodeId("E", one.id),
    url: `${apiOf(world, repo)}/issues/events/${one.id}`,
    actor: userOf(world, one.actor),
    event: one.event,
    commit_id: one.commit ?? null,
    commit_url: one.commit ? `${apiOf(world, repo)}/commits/${one.commit}` : null,
    created_at: one.createdAt,
    performed_via_github_app: null,
    ...(one.label === undefined ? {} : { label: { name: one.label, color: known?.color ?? "ededed" } }),
    ...(one.assignee === undefined
      ? {}
      : { assignee: userOf(world, one.assignee), assigner: userOf(world, one.actor) }),
    ...(one.rename === undefined ? {} : { rename: one.rename }),
    ...(one.reviewer === undefined
      ? {}
      : { review_requester: userOf(world, one.actor), requested_reviewer: userOf(world, one.reviewer) }),
  };
}
