/** The parts of GitHub's webhook payloads that we read, as zod schemas. Anything else in them is ignored. */
import * as z from "zod";
import type { Account, PullRequest, RepoRef } from "./events.ts";
import type { IssueFacts } from "./reads.ts";

const ACCOUNT_TYPES = ["User", "Bot", "Organization", "Mannequin"] as const;
/** GitHub sends null for the author of what a deleted account left behind. */
const GHOST: Account = { login: "ghost", type: "User" };

const Actor = z
  .object({ login: z.string(), type: z.string().optional() })
  .nullish()
  .transform((user): Account => {
    if (!user) return GHOST;
    return { login: user.login, type: ACCOUNT_TYPES.find((type) => type === user.type) ?? "User" };
  });

const Owner = z.object({ login: z.string().optional(), name: z.string().nullish() });

/** In push events the owner's login stands in `name`. */
export const Repository = z
  .object({
    name: z.string().min(1),
    owner: Owner,
    private: z.boolean().optional(),
    default_branch: z.string().nullish(),
  })
  .transform((repository, context): RepoRef => {
    const owner = repository.owner.login ?? repository.owner.name;
    if (!owner) {
      context.addIssue({ code: "custom", path: ["owner", "login"], message: "is missing" });
      return z.NEVER;
    }
    return {
      owner,
      repo: repository.name,
      // Unknown visibility counts as private.
      private: repository.private ?? true,
      defaultBranch: repository.default_branch ?? "",
    };
  });

/** A comment's, an issue's or a pull request's text, with line ends normalised. */
const text = z
  .string()
  .nullish()
  .transform((value) => (value ?? "").replaceAll("\r\n", "\n"));

const State = z.enum(["open", "closed"]);
const Labels = z
  .array(z.object({ name: z.string() }))
  .nullish()
  .transform((labels) => (labels ?? []).map((label) => label.name));
/** Logins of users; teams and nulls in such lists are left out. */
const Logins = z
  .array(z.object({ login: z.string().optional() }).nullable())
  .nullish()
  .transform((users) => (users ?? []).flatMap((user) => (user?.login ? [user.login] : [])));

const Issue = z.object({
  number: z.int(),
  title: z.string().nullish(),
  body: text,
  html_url: z.string(),
  user: Actor,
  // Transferred and imported issues come without one.
  state: State.nullish().transform((state) => state ?? "open"),
  labels: Labels,
  assignees: Logins,
  pull_request: z.object({}).nullish(),
});

const Side = z.object({
  sha: z.string(),
  ref: z.string(),
  repo: z.object({ full_name: z.string() }).nullish(),
});

/** A pull request as webhooks and `GET /repos/{owner}/{repo}/pulls/{n}` describe it. */
export const Pull = z
  .object({
    number: z.int(),
    node_id: z.string().nullish(),
    title: z.string(),
    body: text,
    user: Actor,
    state: State,
    merged: z.boolean().nullish(),
    merged_at: z.string().nullish(),
    merge_commit_sha: z.string().nullish(),
    draft: z.boolean().nullish(),
    mergeable: z.boolean().nullish(),
    html_url: z.string(),
    head: Side,
    base: Side,
    labels: Labels,
    assignees: Logins,
    requested_reviewers: Logins,
    updated_at: z.string().nullish(),
  })
  .transform(
    (pull): PullRequest => ({
      number: pull.number,
      nodeId: pull.node_id ?? "",
      title: pull.title,
      body: pull.body,
      author: pull.user,
      state: pull.state,
      merged: pull.merged ?? Boolean(pull.merged_at),
      mergeCommitSha: pull.merge_commit_sha ?? "",
      draft: pull.draft ?? false,
      mergeable: pull.mergeable ?? null,
      htmlUrl: pull.html_url,
      head: { sha: pull.head.sha, ref: pull.head.ref, fullName: pull.head.repo?.full_name ?? null },
      base: { sha: pull.base.sha, ref: pull.base.ref },
      labels: pull.labels,
      assignees: pull.assignees,
      requestedReviewers: pull.requested_reviewers,
      ...(pull.updated_at ? { updatedAt: pull.updated_at } : {}),
    }),
  );

/** An issue as `GET /repos/{owner}/{repo}/issues/{n}` describes it. */
export const IssueAnswer = Issue.extend({
  node_id: z.string().nullish(),
  milestone: z.object({ title: z.string() }).nullish(),
}).transform(
  (issue): IssueFacts => ({
    number: issue.number,
    nodeId: issue.node_id ?? "",
    title: issue.title ?? "",
    body: issue.body,
    state: issue.state,
    isPullRequest: Boolean(issue.pull_request),
    author: issue.user,
    labels: issue.labels,
    assignees: issue.assignees,
    milestone: issue.milestone?.title ?? null,
    htmlUrl: issue.html_url,
  }),
);

export const IssueEvent = z.object({
  action: z.string(),
  issue: Issue,
  label: z.object({ name: z.string() }).nullish(),
  sender: Actor,
});

export const IssueCommentEvent = z.object({
  action: z.string(),
  issue: Issue,
  comment: z.object({ id: z.int(), body: text, html_url: z.string(), user: Actor }),
  sender: Actor,
});

export const PullRequestPayload = z.object({
  action: z.string(),
  pull_request: Pull,
  before: z.string().nullish(),
  label: z.object({ name: z.string() }).nullish(),
  sender: Actor,
  changes: z
    .object({
      base: z
        .object({
          ref: z.object({ from: z.string() }).nullish(),
          sha: z.object({ from: z.string() }).nullish(),
        })
        .nullish(),
      title: z.object({ from: z.string() }).nullish(),
      body: z.object({}).nullish(),
    })
    .nullish(),
});

export const ReviewPayload = z.object({
  action: z.string(),
  pull_request: Pull,
  review: z.object({
    id: z.int(),
    user: Actor,
    state: z.string(),
    body: text,
    html_url: z.string(),
    commit_id: z.string().nullish(),
  }),
  sender: Actor,
});

export const ReviewCommentPayload = z.object({
  action: z.string(),
  pull_request: Pull,
  comment: z.object({ id: z.int(), body: text, html_url: z.string(), user: Actor }),
  sender: Actor,
});

const Files = z
  .array(z.string())
  .nullish()
  .transform((files) => files ?? []);

export const PushPayload = z.object({
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  deleted: z.boolean().nullish(),
  created: z.boolean().nullish(),
  forced: z.boolean().nullish(),
  pusher: z.object({ name: z.string().nullish() }).nullish(),
  compare: z.string().nullish(),
  commits: z.array(z.object({ added: Files, removed: Files, modified: Files })).nullish(),
  sender: Actor,
});

export const CheckRunPayload = z.object({
  check_run: z.object({
    head_sha: z.string(),
    name: z.string(),
    status: z.string(),
    conclusion: z.string().nullish(),
    details_url: z.string().nullish(),
  }),
  sender: Actor,
});
export const StatusPayload = z.object({
  sha: z.string(),
  context: z.string(),
  state: z.string(),
  description: z.string().nullish(),
  sender: Actor,
});
