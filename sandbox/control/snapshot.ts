/** What stands on an issue's or pull request's page. */
import type { Issue, Reaction, Repo } from "../state/model.ts";
import { isPinned } from "../verbs/pins.ts";
import { isPull, type PullIssue, type World } from "../world.ts";
import { latestStatuses } from "../state/heads.ts";

export interface Snapshot {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: "open" | "closed";
  readonly stateReason: string | null;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  /** Its title. */
  readonly milestone: string | null;
  readonly pinned: boolean;
  readonly reactions: readonly string[];
  /** Project to status; null: in it, without one. */
  readonly projects: Readonly<Record<string, string | null>>;
  readonly comments: readonly {
    readonly id: number;
    readonly user: string;
    readonly body: string;
    readonly edited: boolean;
    /** Why it is hidden; null: it is shown. */
    readonly hidden: string | null;
    readonly reactions: readonly string[];
  }[];
  readonly pull: null | {
    readonly head: string;
    readonly base: string;
    readonly draft: boolean;
    readonly merged: boolean;
    /** The commit on the base that merged it; null: it is not merged. */
    readonly mergeCommit: string | null;
    readonly mergeable: boolean | null;
    readonly requestedReviewers: readonly string[];
    readonly statuses: Readonly<
      Record<string, { readonly state: string; readonly description: string | null; readonly url: string | null }>
    >;
    /** Conclusion of the newest check of each name on the head. */
    readonly checks: Readonly<Record<string, string | null>>;
    readonly lineComments: readonly { readonly path: string; readonly line: number; readonly body: string }[];
  };
}

const contents = (reactions: readonly Reaction[]): string[] => reactions.map(({ content }) => content);

export function snapshot(world: World, repo: Repo, issue: Issue): Snapshot {
  const { number, title, body, state, stateReason, labels, assignees } = issue;
  const milestone = repo.milestones.find((one) => one.number === issue.milestone)?.title ?? null;
  const projects = world.state.projects.flatMap((project) =>
    project.items
      .filter((item) => item.issue === issue.id)
      .map((item) => [project.title, project.statuses.find(({ id }) => id === item.status)?.name ?? null] as const),
  );
  return {
    number,
    title,
    body,
    state,
    stateReason,
    labels,
    assignees,
    milestone,
    pinned: isPinned(world, repo, issue),
    reactions: contents(issue.reactions),
    projects: Object.fromEntries(projects),
    comments: issue.comments.map((one) => ({
      id: one.id,
      user: one.user,
      body: one.body,
      edited: one.updatedAt !== one.createdAt,
      hidden: one.hidden ?? null,
      reactions: contents(one.reactions),
    })),
    pull: isPull(issue) ? ofPull(repo, issue) : null,
  };
}

function ofPull(repo: Repo, { pull }: PullIssue): Snapshot["pull"] {
  const statuses = latestStatuses(repo, pull.head.sha).map(
    (one) => [one.context, { state: one.state, description: one.description, url: one.targetUrl }] as const,
  );
  const checks = repo.checkRuns.filter(({ sha }) => sha === pull.head.sha);
  return {
    head: pull.head.sha,
    base: pull.base.ref,
    draft: pull.draft,
    merged: pull.mergedAt !== null,
    mergeCommit: pull.mergedAt === null ? null : pull.mergeCommit,
    mergeable: pull.mergeable,
    requestedReviewers: pull.requestedReviewers,
    statuses: Object.fromEntries(statuses),
    checks: Object.fromEntries(checks.map(({ name, conclusion }) => [name, conclusion])),
    lineComments: pull.reviewComments.map(({ path, line, body }) => ({ path, line, body })),
  };
}
