/** What a {@link View} can also be asked about GitHub (spec chatops 5). Every method is lazy and asked at most once per event. */
import type { JsonObject } from "../config/model.ts";
import type { Account, PullRequest } from "./events.ts";

export interface Commit {
  readonly sha: string;
  readonly message: string;
  readonly treeSha: string;
  readonly parents: readonly string[];
  /** GitHub login of the author; null when the author has no account. */
  readonly author: Account | null;
}

export interface Review {
  readonly id: number;
  readonly author: Account;
  readonly state: "approved" | "changes_requested" | "commented" | "dismissed" | "pending";
  readonly body: string;
  readonly htmlUrl: string;
  readonly submittedAt: string;
}

export interface ReviewComment {
  readonly id: number;
  readonly author: string;
  readonly body: string;
  readonly path: string;
  /** Null when the line is outdated. */
  readonly line: number | null;
  readonly htmlUrl: string;
  readonly createdAt: string;
}

/** An entry of `GET /repos/{owner}/{repo}/issues/{n}/events`. */
export interface IssueHappening {
  readonly event: string;
  readonly actor: string;
  readonly label: string;
  readonly createdAt: string;
}

export interface Milestone {
  readonly number: number;
  readonly title: string;
}

/** An issue or a pull request of any repository that the credential can read. */
export interface IssueFacts {
  readonly number: number;
  readonly nodeId: string;
  readonly title: string;
  readonly body: string;
  readonly state: "open" | "closed";
  readonly isPullRequest: boolean;
  readonly author: Account;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly milestone: string | null;
  readonly htmlUrl: string;
}

export interface CheckRun {
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly detailsUrl: string;
}

export interface SearchHit {
  readonly number: number;
  readonly isPullRequest: boolean;
}

export interface Reads {
  /** The issue or pull request of the event, as an issue. */
  issue(): Promise<IssueFacts>;
  /** Another one; null when there is none, or none that we may read. */
  issueOf(owner: string, repo: string, number: number): Promise<IssueFacts | null>;
  /** Another pull request of this repository; null when there is none. */
  pullRequestOf(number: number): Promise<PullRequest | null>;
  /** Commits of the pull request, at most 250. */
  commits(): Promise<readonly Commit[]>;
  reviews(): Promise<readonly Review[]>;
  reviewComments(): Promise<readonly ReviewComment[]>;
  /** Oldest first. */
  issueEvents(): Promise<readonly IssueHappening[]>;
  /** Open ones. */
  milestones(): Promise<readonly Milestone[]>;
  /** Logins of a team's members by slug. */
  teamMembers(org: string, slug: string): Promise<readonly string[]>;
  /** Logins of a team's members by its numeric id. */
  teamMembersById(id: number): Promise<readonly string[]>;
  /** `admin`, `write`, `read` or `none` (custom roles map to the nearest). */
  permission(login: string): Promise<string>;
  /** Latest of each name on a commit. */
  checkRuns(sha: string): Promise<readonly CheckRun[]>;
  /** Contexts that branch protection requires; null when the branch is not protected. */
  requiredContexts(branch: string): Promise<readonly string[] | null>;
  repositoryExists(owner: string, repo: string): Promise<boolean>;
  /** Search of issues, first 100 hits. */
  search(query: string): Promise<readonly SearchHit[]>;
  /** All pull requests that are open, with their base branches. */
  openPulls(): Promise<readonly { readonly number: number; readonly base: string }[]>;
  /** Names of branches that begin so. */
  branches(prefix: string): Promise<readonly string[]>;
  /** Names of tags that begin so. */
  tags(prefix: string): Promise<readonly string[]>;
  /** Unified diff of one changed file of the pull request by its name; null when GitHub gives none (binary, too large). */
  patchOf(filename: string): Promise<string | null>;
  /** Sha of the commit from which two commits part; null when they share none. */
  mergeBase(base: string, head: string): Promise<string | null>;
  /** GraphQL, for what REST does not tell. Data as it comes: parse it. */
  graphql(query: string, variables: JsonObject): Promise<unknown>;
  /** Bytes or JSON of a public https address outside GitHub; see {@link Outside}. */
  outside(request: OutsideRequest): Promise<Outside>;
}

/** `service` names a service of the settings (`SERVICES`), whose base URL and secret the edge adds; `path` begins with a slash. */
export interface OutsideRequest {
  readonly service: string;
  readonly method: "GET" | "HEAD";
  readonly path: string;
}

/** An answer from outside. Redirects are followed within 3 hops; reading stops at 1 MiB; 5 s. Never throws for a status. */
export interface Outside {
  /** 0: not configured, or could not be reached. */
  readonly status: number;
  readonly contentType: string;
  /** Of the `content-length` header; null when it did not say. */
  readonly length: number | null;
  readonly body: string;
  /** Where the answer came from, after redirects. */
  readonly url: string;
}
