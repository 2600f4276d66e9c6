/** An in-memory View, and events to go with it. Counts how often each thing is asked. */
import type {
  Account,
  GenericComment,
  IssueEvent,
  PullRequest,
  PullRequestEvent,
  PushEvent,
  ReviewEvent,
  StatusEvent,
  TimerEvent,
} from "../../../src/chatops/events.ts";
import type { ChangedFile, CommitStatus, IssueComment, View } from "../../../src/chatops/plugin.ts";
import type {
  CheckRun,
  Commit,
  IssueFacts,
  IssueHappening,
  Milestone,
  Outside,
  OutsideRequest,
  Review,
  ReviewComment,
  SearchHit,
} from "../../../src/chatops/reads.ts";
import type { RepoJobs } from "../../../src/config/in-repo.ts";
import type { JsonObject, Postsubmit, Presubmit, RepoConfig } from "../../../src/config/model.ts";
import { settingsOf } from "../config/plugin-defaults.ts";
import type { Owners } from "../../../src/owners/index.ts";

export const BOT = "cutwater[bot]";
export const GUID = "11111111-2222-3333-4444-555555555555";
export const NOW = Date.parse("2026-09-01T12:00:00Z");
export const HEAD = "a".repeat(40);
export const BASE = "b".repeat(40);

export function user(login: string, type: Account["type"] = "User"): Account {
  return { login, type };
}

export function pull(over: Partial<PullRequest> = {}): PullRequest {
  return {
    number: 5,
    nodeId: "PR_5",
    title: "Fix the thing",
    body: "",
    author: user("author"),
    state: "open",
    merged: false,
    mergeCommitSha: "",
    draft: false,
    mergeable: true,
    htmlUrl: "https://github.com/org/repo/pull/5",
    head: { sha: HEAD, ref: "fix", fullName: "author/repo" },
    base: { sha: BASE, ref: "master" },
    labels: [],
    assignees: [],
    requestedReviewers: [],
    ...over,
  };
}

export function comment(body: string, over: Partial<GenericComment> = {}): GenericComment {
  const author = over.author ?? user("commenter");
  return {
    kind: "comment",
    guid: GUID,
    source: "issue_comment",
    action: "created",
    body,
    htmlUrl: "https://github.com/org/repo/pull/5#issuecomment-9",
    commentId: 9,
    number: 5,
    isPullRequest: true,
    author,
    sender: author,
    state: "open",
    issueAuthor: user("author"),
    issueTitle: "Fix the thing",
    issueBody: "",
    issueHtmlUrl: "https://github.com/org/repo/pull/5",
    assignees: [],
    labels: [],
    ...over,
  };
}

export function pullEvent(action: string, over: Partial<PullRequestEvent> = {}): PullRequestEvent {
  return {
    kind: "pull_request",
    guid: GUID,
    action,
    sender: user("author"),
    pullRequest: pull(),
    label: null,
    changes: { baseRefFrom: null, baseShaFrom: null, titleFrom: null, body: false },
    ...over,
  };
}

export function reviewEvent(
  state: ReviewEvent["review"]["state"],
  over: Partial<Omit<ReviewEvent, "review">> & { by?: Account; body?: string } = {},
): ReviewEvent {
  const { by = user("reviewer"), body = "", ...rest } = over;
  const htmlUrl = "https://github.com/org/repo/pull/5#pullrequestreview-7";
  return {
    kind: "review",
    guid: GUID,
    action: "submitted",
    sender: by,
    pullRequest: pull(),
    review: { id: 7, author: by, state, body, htmlUrl, commitId: HEAD },
    ...rest,
  };
}

export function push(over: Partial<PushEvent> = {}): PushEvent {
  return {
    kind: "push",
    guid: GUID,
    sender: user("pusher"),
    ref: "refs/heads/master",
    before: BASE,
    after: "c".repeat(40),
    deleted: false,
    created: false,
    forced: false,
    pusher: "pusher",
    commits: 1,
    compareUrl: "https://github.com/org/repo/compare/b...c",
    changedFiles: ["main.go"],
    ...over,
  };
}

export function issueEvent(action: string, over: Partial<IssueEvent> = {}): IssueEvent {
  return {
    kind: "issue",
    guid: GUID,
    action,
    sender: user("author"),
    number: 5,
    title: "The thing is broken",
    body: "",
    state: "open",
    author: user("author"),
    htmlUrl: "https://github.com/org/repo/issues/5",
    labels: [],
    assignees: [],
    label: null,
    ...over,
  };
}

export function timerEvent(plugin: string, note: string): TimerEvent {
  return { kind: "timer", guid: GUID, sender: user(BOT, "Bot"), plugin, note };
}

export function statusEvent(over: Partial<StatusEvent> = {}): StatusEvent {
  const sender = user("ci");
  return { kind: "status", guid: GUID, sender, sha: HEAD, context: "ci", state: "success", description: "", ...over };
}

export function issueFacts(over: Partial<IssueFacts> = {}): IssueFacts {
  return {
    number: 5,
    nodeId: "I_5",
    title: "The thing is broken",
    body: "",
    state: "open",
    isPullRequest: false,
    author: user("author"),
    labels: [],
    assignees: [],
    milestone: null,
    htmlUrl: "https://github.com/org/repo/issues/5",
    ...over,
  };
}

export function commit(sha: string, message: string, over: Partial<Commit> = {}): Commit {
  return { sha, message, treeSha: `tree of ${sha}`, parents: [BASE], author: user("author"), ...over };
}

export function file(filename: string, over: Partial<ChangedFile> = {}): ChangedFile {
  return { filename, status: "modified", additions: 1, deletions: 0, changes: 1, previousFilename: null, ...over };
}

/** A presubmit as the configuration loader would default it. */
export function presubmit(name: string, over: Partial<Presubmit> = {}): Presubmit {
  return {
    name,
    max_concurrency: 0,
    agent: "kubernetes",
    cluster: "default",
    namespace: "test-pods",
    error_on_eviction: false,
    hidden: false,
    decorate: true,
    source: { path: "jobs.yaml", line: 1 },
    always_run: false,
    optional: false,
    skip_report: false,
    context: name,
    trigger: `(?m)^/test( | .* )${name},?($|\\s.*)`,
    rerun_command: `/test ${name}`,
    run_before_merge: false,
    ...over,
  };
}

export function postsubmit(name: string, over: Partial<Postsubmit> = {}): Postsubmit {
  return {
    name,
    max_concurrency: 0,
    agent: "kubernetes",
    cluster: "default",
    namespace: "test-pods",
    error_on_eviction: false,
    hidden: false,
    decorate: true,
    source: { path: "jobs.yaml", line: 1 },
    skip_report: false,
    context: name,
    ...over,
  };
}

export function repoConfig(over: Partial<RepoConfig> = {}): RepoConfig {
  return {
    version: "v1",
    org: "org",
    repo: "repo",
    presubmits: [],
    postsubmits: [],
    plugins: ["trigger", "help", "label", "lgtm", "hold", "assign", "size", "wip"],
    externalPlugins: [],
    trigger: {
      trusted_apps: [],
      trusted_org: "",
      join_org_url: "https://github.com/orgs/org/people",
      only_org_members: false,
      ignore_ok_to_test: false,
      trigger_github_workflows: false,
      org_invite: { prominent: { disabled: false, merged_pr_threshold: 3, message: "" } },
    },
    lgtm: { review_acts_as_lgtm: false, store_tree_hash: false, trusted_team_for_sticky_lgtm: "" },
    label: { additional_labels: [], restricted_labels: [] },
    size: { s: 10, m: 30, l: 100, xl: 500, xxl: 1000 },
    help: { help_guidelines_url: "https://example.com/guide", help_guidelines_summary: "" },
    owners: {
      skip_collaborators: false,
      mdyaml: false,
      labels_denylist: ["approved", "lgtm"],
      filenames: { owners: "OWNERS", owners_aliases: "OWNERS_ALIASES" },
      dir_denylist: [],
    },
    settings: settingsOf(),
    prow: {
      prowjob_namespace: "prow",
      pod_namespace: "test-pods",
      link_url: "https://github.com",
      plank: {
        max_concurrency: 0,
        pod_pending_timeout: 600,
        pod_running_timeout: 172_800,
        pod_unscheduled_timeout: 300,
        max_revivals: 3,
        job_queue_capacities: {},
        report_template: "",
      },
      github_reporter: { job_types_to_report: ["presubmit", "postsubmit"], no_comment: false, summary_comment: false },
      rerun_auth_config: null,
      hidden: false,
    },
    ...over,
  };
}

/** What the world looks like. */
export interface World {
  pullRequest: PullRequest;
  labels: readonly string[];
  repoLabels: readonly string[];
  files: readonly ChangedFile[];
  statuses: readonly CommitStatus[];
  comments: readonly IssueComment[];
  /** Members by organisation. */
  members: Readonly<Record<string, readonly string[]>>;
  collaborators: readonly string[];
  /** Members by `org/slug` and by `org/Display Name`. */
  teams: Readonly<Record<string, readonly string[]>>;
  merged: number;
  /** Text by `path@ref`, or by path for every ref. */
  texts: Readonly<Record<string, string>>;
  /** Tree by commit. */
  trees: Readonly<Record<string, string>>;
  owners: Owners | null;
  issue: IssueFacts;
  /** Others by `owner/repo#number`. */
  issues: Readonly<Record<string, IssueFacts>>;
  pullRequests: Readonly<Record<number, PullRequest>>;
  commits: readonly Commit[];
  reviews: readonly Review[];
  reviewComments: readonly ReviewComment[];
  issueEvents: readonly IssueHappening[];
  milestones: readonly Milestone[];
  /** Logins by team id. */
  teamsById: Readonly<Record<number, readonly string[]>>;
  /** By login. */
  permissions: Readonly<Record<string, string>>;
  checkRuns: readonly CheckRun[];
  requiredContexts: readonly string[] | null;
  repositories: readonly string[];
  /** Hits by query. */
  searches: Readonly<Record<string, readonly SearchHit[]>>;
  openPulls: readonly { readonly number: number; readonly base: string }[];
  branches: readonly string[];
  tags: readonly string[];
  patches: Readonly<Record<string, string>>;
  mergeBase: string | null;
  graphql: (query: string, variables: JsonObject) => unknown;
  outside: (request: OutsideRequest) => Outside;
  baseTip: string;
  config: RepoConfig;
  /** Null: those of the configuration. */
  repoJobs: RepoJobs | null;
  guid: string;
  number: number;
}

const jobsOf = ({ presubmits, postsubmits }: RepoConfig) => ({ presubmits, postsubmits });

export interface FakeView extends View {
  /** Calls by method. */
  readonly asked: Map<string, number>;
}

/** A view of a world; `failing` names methods that reject. */
export function fakeView(over: Partial<World> = {}, failing: readonly (keyof View)[] = []): FakeView {
  const world: World = {
    pullRequest: pull(),
    labels: over.pullRequest?.labels ?? [],
    repoLabels: [],
    files: [],
    statuses: [],
    comments: [],
    members: { org: ["member"] },
    collaborators: ["collaborator", "member"],
    teams: {},
    merged: 0,
    texts: {},
    trees: {},
    owners: null,
    issue: issueFacts(),
    issues: {},
    pullRequests: {},
    commits: [],
    reviews: [],
    reviewComments: [],
    issueEvents: [],
    milestones: [],
    teamsById: {},
    permissions: {},
    checkRuns: [],
    requiredContexts: null,
    repositories: ["org/repo"],
    searches: {},
    openPulls: [],
    branches: ["master"],
    tags: [],
    patches: {},
    mergeBase: BASE,
    graphql: () => {
      throw new Error("this world answers no GraphQL");
    },
    outside: () => ({ status: 0, contentType: "", length: null, body: "", url: "" }),
    baseTip: "d".repeat(40),
    config: repoConfig(),
    repoJobs: null,
    guid: GUID,
    number: 5,
    ...over,
  };
  const asked = new Map<string, number>();
  const answer = async <T>(method: keyof View, value: () => T): Promise<T> => {
    asked.set(method, (asked.get(method) ?? 0) + 1);
    await Promise.resolve();
    if (failing.includes(method)) throw new Error(`GitHub does not answer ${method}`);
    return value();
  };
  const has = (list: readonly string[] | undefined, login: string): boolean =>
    (list ?? []).some((one) => one.toLowerCase() === login.toLowerCase());
  return {
    asked,
    repository: { owner: "org", repo: "repo", private: false, defaultBranch: "master" },
    number: world.number,
    config: world.config,
    guid: world.guid,
    now: NOW,
    publicUrl: "https://prow.example.com",
    botLogin: () => answer("botLogin", () => BOT),
    pullRequest: () => answer("pullRequest", () => world.pullRequest),
    jobs: () => answer("jobs", () => world.repoJobs ?? { ...jobsOf(world.config), problems: [], changed: false }),
    jobsAt: () => answer("jobsAt", () => world.repoJobs ?? { ...jobsOf(world.config), problems: [], changed: false }),
    labels: () => answer("labels", () => world.labels),
    repoLabels: () => answer("repoLabels", () => world.repoLabels),
    files: () => answer("files", () => world.files),
    statuses: () => answer("statuses", () => world.statuses),
    branchSha: () => answer("branchSha", () => world.baseTip),
    treeSha: (commit) => answer("treeSha", () => world.trees[commit] ?? `tree of ${commit}`),
    comments: () => answer("comments", () => world.comments),
    isMember: (org, login) => answer("isMember", () => has(world.members[org], login)),
    isCollaborator: (login) => answer("isCollaborator", () => has(world.collaborators, login)),
    isTeamMember: (org, slug, login) => answer("isTeamMember", () => has(world.teams[`${org}/${slug}`], login)),
    isMemberOfTeamNamed: (org, team, login) =>
      answer("isMemberOfTeamNamed", () => has(world.teams[`${org}/${team}`], login)),
    mergedPullRequests: () => answer("mergedPullRequests", () => world.merged),
    fileAt: (path, ref) => answer("fileAt", () => world.texts[`${path}@${ref}`] ?? world.texts[path] ?? null),
    issue: () => answer("issue", () => world.issue),
    issueOf: (owner, repo, n) => answer("issueOf", () => world.issues[`${owner}/${repo}#${n}`] ?? null),
    pullRequestOf: (n) => answer("pullRequestOf", () => world.pullRequests[n] ?? null),
    commits: () => answer("commits", () => world.commits),
    reviews: () => answer("reviews", () => world.reviews),
    reviewComments: () => answer("reviewComments", () => world.reviewComments),
    issueEvents: () => answer("issueEvents", () => world.issueEvents),
    milestones: () => answer("milestones", () => world.milestones),
    teamMembers: (org, slug) => answer("teamMembers", () => world.teams[`${org}/${slug}`] ?? []),
    teamMembersById: (id) => answer("teamMembersById", () => world.teamsById[id] ?? []),
    permission: (login) => answer("permission", () => world.permissions[login] ?? "none"),
    checkRuns: () => answer("checkRuns", () => world.checkRuns),
    requiredContexts: () => answer("requiredContexts", () => world.requiredContexts),
    repositoryExists: (owner, repo) => answer("repositoryExists", () => has(world.repositories, `${owner}/${repo}`)),
    search: (query) => answer("search", () => world.searches[query] ?? []),
    openPulls: () => answer("openPulls", () => world.openPulls),
    branches: (prefix) => answer("branches", () => world.branches.filter((branch) => branch.startsWith(prefix))),
    tags: (prefix) => answer("tags", () => world.tags.filter((tag) => tag.startsWith(prefix))),
    patchOf: (filename) => answer("patchOf", () => world.patches[filename] ?? null),
    mergeBase: () => answer("mergeBase", () => world.mergeBase),
    graphql: (query, variables) => answer("graphql", () => world.graphql(query, variables)),
    outside: (request) => answer("outside", () => world.outside(request)),
    owners: () =>
      answer("owners", () => {
        if (!world.owners) throw new Error("this world has no OWNERS");
        return world.owners;
      }),
  };
}
