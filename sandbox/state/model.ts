/** What the sandbox remembers: one JSON document. Git objects and webhook payloads live in files beside it. */

export type Permission = "read" | "triage" | "write" | "maintain" | "admin";

export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: "User" | "Organization" | "Bot";
  name: string;
  bio: string;
  /** Says of itself that it has little time. */
  busy?: boolean;
  readonly createdAt: string;
}

export interface Team {
  readonly id: number;
  readonly slug: string;
  name: string;
  members: Record<string, { role: "member" | "maintainer"; state: "active" | "pending" }>;
  repos: Record<string, Permission>;
}

export interface Org {
  readonly login: string;
  members: Record<string, { role: "admin" | "member"; public: boolean }>;
  /** What each member may do in every repository of the organisation. */
  basePermission: Permission | "none";
  teams: Team[];
}

export interface Label {
  readonly id: number;
  name: string;
  color: string;
  description: string | null;
  default: boolean;
}

export interface Milestone {
  readonly id: number;
  readonly number: number;
  title: string;
  description: string | null;
  state: "open" | "closed";
  readonly creator: string;
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  dueOn: string | null;
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  readonly user: string;
  /** Id of the App that wrote it. */
  readonly app: number | null;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
  reactions: Reaction[];
  /** Why it is hidden, e.g. `outdated`; unset: it is shown. */
  hidden?: string;
}

export interface Reaction {
  readonly id: number;
  readonly user: string;
  readonly content: string;
  readonly createdAt: string;
}

type ReviewState = "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED" | "PENDING";

export interface Review {
  readonly id: number;
  readonly user: string;
  body: string;
  state: ReviewState;
  readonly commit: string;
  readonly submittedAt: string;
}

export interface ReviewComment {
  readonly id: number;
  readonly review: number;
  readonly user: string;
  body: string;
  readonly path: string;
  readonly line: number;
  readonly commit: string;
  readonly hunk: string;
  readonly createdAt: string;
  updatedAt: string;
  /** Unset: none. */
  reactions?: Reaction[];
}

interface PullStats {
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
}

export interface Pull {
  readonly id: number;
  base: { ref: string; sha: string };
  head: { repo: string; ref: string; sha: string };
  draft: boolean;
  mergedAt: string | null;
  mergedBy: string | null;
  /** The test merge while open (refs/pull/N/merge), the real one once merged. */
  mergeCommit: string | null;
  mergeable: boolean | null;
  /** It waits in GitHub's own merge queue. */
  queued?: boolean;
  /** `base..head` for which mergeable was computed. */
  computedFor: string;
  stats: PullStats;
  requestedReviewers: string[];
  requestedTeams: string[];
  reviews: Review[];
  reviewComments: ReviewComment[];
}

export interface IssueEvent {
  readonly id: number;
  readonly event: string;
  readonly actor: string;
  readonly createdAt: string;
  readonly label?: string;
  readonly assignee?: string;
  readonly rename?: { readonly from: string; readonly to: string };
  readonly commit?: string;
  readonly reviewer?: string;
}

export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly user: string;
  title: string;
  body: string | null;
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "reopened" | "duplicate" | null;
  locked: boolean;
  /** Names, in the order of their adding. */
  labels: string[];
  assignees: string[];
  milestone: number | null;
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  closedBy: string | null;
  comments: Comment[];
  events: IssueEvent[];
  reactions: Reaction[];
  pull: Pull | null;
}

export interface Status {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: "pending" | "success" | "failure" | "error";
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: string;
  readonly createdAt: string;
}

export interface CheckRun {
  readonly id: number;
  readonly sha: string;
  name: string;
  readonly app: number;
  externalId: string;
  detailsUrl: string | null;
  status: "queued" | "in_progress" | "completed" | "waiting" | "requested" | "pending";
  conclusion: string | null;
  startedAt: string;
  completedAt: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
}

export interface WorkflowRun {
  readonly id: number;
  readonly name: string;
  readonly event: string;
  readonly branch: string;
  readonly sha: string;
  readonly actor: string;
  readonly number: number;
  attempt: number;
  status: string;
  conclusion: string | null;
  readonly createdAt: string;
  updatedAt: string;
}

/** What must hold on some branches before they are changed. */
export interface Ruleset {
  readonly id: number;
  readonly branches: readonly string[];
  readonly contexts: readonly string[];
  readonly reviews: number;
  readonly mergeQueue: boolean;
}

export interface Repo {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  description: string;
  private: boolean;
  defaultBranch: string;
  /** `owner/name` of the repository that this was forked from. */
  readonly parent: string | null;
  collaborators: Record<string, Permission>;
  labels: Label[];
  milestones: Milestone[];
  /** By number. */
  issues: Record<string, Issue>;
  lastNumber: number;
  /** Newest last. */
  statuses: Status[];
  checkRuns: CheckRun[];
  workflowRuns: WorkflowRun[];
  /** Branch to contexts that must succeed, and approvals that it needs. */
  protection: Record<string, { contexts: string[]; reviews?: number }>;
  /** Unset: none. */
  rulesets?: Ruleset[];
  /** Ways in which pull requests may be merged; unset: all. */
  methods?: { merge: boolean; squash: boolean; rebase: boolean };
  readonly createdAt: string;
  updatedAt: string;
  pushedAt: string;
}

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly owner: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly publicKey: string;
  url: string;
  callbackUrls: string[];
  setupUrl: string | null;
  permissions: Record<string, string>;
  events: string[];
  readonly createdAt: string;
}

export interface Installation {
  readonly id: number;
  readonly app: number;
  readonly account: string;
  readonly createdAt: string;
  /** Null: all repositories of the account. */
  repositories: string[] | null;
}

export interface Token {
  readonly token: string;
  readonly kind: "personal" | "installation" | "oauth";
  /** For personal and OAuth tokens. */
  readonly login: string | null;
  readonly installation: number | null;
  /** Installation tokens only: narrowed repositories (`owner/name`) and permissions. */
  readonly repositories: readonly string[] | null;
  readonly permissions: Readonly<Record<string, string>> | null;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  /** ISO time; null: never. */
  readonly expiresAt: string | null;
}

/** Where events go. Exactly one of `app`, `repo` and `org` is set. */
export interface Hook {
  readonly id: number;
  readonly app: number | null;
  readonly repo: string | null;
  readonly org: string | null;
  url: string;
  secret: string;
  events: string[];
  active: boolean;
  readonly createdAt: string;
  updatedAt: string;
}

export interface Delivery {
  readonly id: number;
  readonly guid: string;
  readonly hook: number;
  readonly event: string;
  readonly action: string | null;
  readonly repo: string | null;
  readonly installation: number | null;
  readonly redelivery: boolean;
  deliveredAt: string;
  /** 0: not sent yet, or no answer. */
  statusCode: number;
  status: string;
  /** Seconds. */
  duration: number;
  /** The first 2,000 characters. */
  answer: string;
}

/** A place of an issue (by its id) in a project; `status` is the id of an option. */
export interface ProjectItem {
  readonly id: number;
  readonly issue: number;
  status: string | null;
}

/** A project of today (ProjectsV2). */
export interface Project {
  readonly id: number;
  readonly owner: string;
  readonly number: number;
  title: string;
  closed: boolean;
  /** Options of its field Status. */
  readonly statuses: readonly { readonly id: string; readonly name: string }[];
  /** Ids of linked repositories. */
  readonly repos: readonly number[];
  readonly items: ProjectItem[];
}

export interface State {
  readonly version: 1;
  lastId: number;
  accounts: Record<string, Account>;
  orgs: Record<string, Org>;
  /** By lower-case `owner/name`. */
  repos: Record<string, Repo>;
  apps: App[];
  installations: Installation[];
  tokens: Token[];
  hooks: Hook[];
  /** Newest last, at most {@link MAX_DELIVERIES}; payloads lie in deliveries/<id>.json. */
  deliveries: Delivery[];
  projects: Project[];
  /** Pinned issues, by `owner/name` and number. */
  pins: { readonly repo: string; readonly number: number }[];
  /** Where transferred issues went: `owner/name#number`, the key in lower case. */
  moved: Record<string, string>;
  /** The App that the demo comes with, and its private key, which GitHub itself would not keep. */
  demo: { appId: number; privateKey: string; token: string } | null;
}

export const MAX_DELIVERIES = 5000;

export const emptyState = (): State => ({
  version: 1,
  lastId: 1000,
  accounts: {},
  orgs: {},
  repos: {},
  apps: [],
  installations: [],
  tokens: [],
  hooks: [],
  deliveries: [],
  projects: [],
  pins: [],
  moved: {},
  demo: null,
});
