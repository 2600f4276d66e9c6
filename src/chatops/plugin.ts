/**
 * The plugin contract (design 1.1): a plugin is a set of functions from an event and a read-only view of the world to
 * effects. It never writes. `commands` act on what somebody said; `rules` compare what should be with what is, so that
 * a missed event heals at the next look; `pullRequest`, `review` and `push` handle the edges that are no state.
 */
import type { RepoJobs } from "../config/in-repo.ts";
import type { RepoConfig } from "../config/model.ts";
import type { Owners } from "../owners/index.ts";
import type { Effect } from "./effects.ts";
import type {
  GenericComment,
  IssueEvent,
  PullRequest,
  PullRequestEvent,
  PushEvent,
  RepoRef,
  ReviewEvent,
  StatusEvent,
  TaskEvent,
  TimerEvent,
} from "./events.ts";
import type { Reads } from "./reads.ts";

/** What a handler decided, and why: the reason is shown on /deliveries/<guid>, above all when there is no effect. */
export interface Decision {
  readonly effects: readonly Effect[];
  readonly why: string;
}

export interface Plugin {
  /** As in plugins.yaml. */
  readonly name: string;
  readonly help: PluginHelp;
  /** Verbs of its commands, without the slash, in lower case: to tell people that a command's plugin is not enabled. */
  readonly verbs?: ReadonlySet<string>;
  readonly comment?: (comment: GenericComment, view: View) => Promise<Decision>;
  readonly pullRequest?: (event: PullRequestEvent, view: View) => Promise<Decision>;
  readonly review?: (event: ReviewEvent, view: View) => Promise<Decision>;
  readonly push?: (event: PushEvent, view: View) => Promise<Decision>;
  /** `issues` webhooks. */
  readonly issue?: (event: IssueEvent, view: View) => Promise<Decision>;
  /** `status` webhooks, in the repository's object: reach a pull request by `lookAgain` with its number. */
  readonly status?: (event: StatusEvent, view: View) => Promise<Decision>;
  /** What this plugin asked for with `lookAgain`. */
  readonly timer?: (event: TimerEvent, view: View) => Promise<Decision>;
  /** The end of a git task that this plugin asked for. */
  readonly taskDone?: (event: TaskEvent, view: View) => Promise<Decision>;
  /** Level-triggered: run after the handlers of a pull request event, on the view overlaid with their effects. */
  readonly rule?: (pullRequest: PullRequest, view: View) => Promise<Decision>;
  /** Actions of `pull_request` after which the rule looks again; without it, those of {@link RULE_ACTIONS}. */
  readonly ruleActions?: readonly string[];
}

/** What changes the facts that rules look at: the pull request itself, not its labels, reviewers or assignees. */
export const RULE_ACTIONS: readonly string[] = [
  "opened",
  "reopened",
  "edited",
  "synchronize",
  "ready_for_review",
  "converted_to_draft",
];

/** Shape of Prow's plugin help (spec chatops 1.10). */
export interface PluginHelp {
  readonly description: string;
  readonly commands: readonly CommandHelp[];
  /** An example of the plugin's section in plugins.yaml. */
  readonly snippet?: string;
  /** One sentence about the effective settings for a repository. */
  readonly config?: (config: RepoConfig) => string;
}

export interface CommandHelp {
  readonly usage: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly whoCanUse: string;
  readonly featured: boolean;
}

export interface ChangedFile {
  readonly filename: string;
  readonly status: string;
  readonly additions: number;
  readonly deletions: number;
  readonly changes: number;
  readonly previousFilename: string | null;
}

export interface CommitStatus {
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly targetUrl?: string;
}

export interface IssueComment {
  readonly id: number;
  readonly author: string;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/**
 * A read-only look at GitHub and the configuration, for the event's repository. Every method is lazy and asked of
 * GitHub at most once per event; errors are GitHub's and reject. Logins compare case-insensitively.
 */
export interface View extends Reads {
  readonly repository: RepoRef;
  /** The issue or pull request of the event; 0 for a push. */
  readonly number: number;
  readonly config: RepoConfig;
  /** The delivery that is handled; job ids derive from it. */
  readonly guid: string;
  /** Milliseconds. */
  readonly now: number;
  /** Where our own pages are, without a trailing slash. */
  readonly publicUrl: string;
  botLogin(): Promise<string>;
  pullRequest(): Promise<PullRequest>;
  /** Labels of the issue, overlaid with the effects decided so far in this event. */
  labels(): Promise<readonly string[]>;
  /** All labels that the repository has. */
  repoLabels(): Promise<readonly string[]>;
  /** The jobs of the configuration and, where it lets them, those that the repository brings itself, as of the pull request merged. */
  jobs(): Promise<RepoJobs>;
  /** The same as of a commit. */
  jobsAt(sha: string): Promise<RepoJobs>;
  files(): Promise<readonly ChangedFile[]>;
  /** The combined status of a commit, newest per context. */
  statuses(sha: string): Promise<readonly CommitStatus[]>;
  /** Sha of a branch's tip. */
  branchSha(branch: string): Promise<string>;
  /** Sha of a commit's tree. */
  treeSha(commit: string): Promise<string>;
  comments(): Promise<readonly IssueComment[]>;
  isMember(org: string, login: string): Promise<boolean>;
  isCollaborator(login: string): Promise<boolean>;
  /** By team slug; pending memberships do not count. */
  isTeamMember(org: string, slug: string, login: string): Promise<boolean>;
  /** By the team's display name, for options that name teams so. */
  isMemberOfTeamNamed(org: string, name: string, login: string): Promise<boolean>;
  /** Merged pull requests of an author in an organisation. */
  mergedPullRequests(org: string, author: string): Promise<number>;
  /** Text of a file at a ref, or null when there is none. */
  fileAt(path: string, ref: string): Promise<string | null>;
  /** OWNERS as of a commit of the base branch. */
  owners(sha: string): Promise<Owners>;
}
