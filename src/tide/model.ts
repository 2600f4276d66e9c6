/**
 * A merge pool as data (spec jobs 5): everything open on one org/repo@branch, what its configuration asks for, and what is
 * to be done next. Decisions are functions from these to these; `durable/merge-pool.ts` keeps and carries them out.
 */
import type { MergeMethod } from "../config/plugin-settings.ts";
import type { CoveringQuery, Freeze, KnownFlake, TideRepo } from "../config/tide.ts";
import type { Presubmit } from "../config/model.ts";
import type { JobState } from "../jobs/prowjob.ts";

/** A status or check run on a head, check runs mapped as spec jobs 5.4 says; of one name the best stands. */
export interface HeadContext {
  readonly context: string;
  readonly state: "SUCCESS" | "PENDING" | "FAILURE" | "ERROR" | "EXPECTED";
  readonly description: string;
  readonly url: string;
  readonly source: "status" | "check";
}

/** One open pull request as GitHub shows it. Times in milliseconds. */
export interface PullFacts {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly url: string;
  readonly author: string;
  readonly authorIsBot: boolean;
  readonly headSha: string;
  readonly headRef: string;
  readonly baseRef: string;
  readonly draft: boolean;
  readonly mergeable: "MERGEABLE" | "CONFLICTING" | "UNKNOWN";
  /** GraphQL's `mergeStateStatus`, e.g. `BLOCKED`. */
  readonly mergeState: string;
  readonly canBeRebased: boolean;
  readonly reviewDecision: "APPROVED" | "CHANGES_REQUESTED" | "REVIEW_REQUIRED" | "";
  readonly milestone: string;
  readonly labels: readonly string[];
  readonly contexts: readonly HeadContext[];
  /** GitHub's own merge queue has it: it is GitHub's to merge. */
  readonly inMergeQueue: boolean;
  readonly createdAt: number;
}

/** What tide asks of one pull request (spec jobs 5.4, 5.6), worked out from configuration, files and branch protection. */
export interface Demands {
  /** Presubmits that have to have passed on the current base. */
  readonly jobs: readonly Presubmit[];
  readonly policy: Policy;
  /** Paths that it touches; null: nobody needed them. */
  readonly files: readonly string[] | null;
  /** Whether it changes the jobs that the repository brings itself. */
  readonly changesJobs: boolean;
}

/** The effective context policy of one pull request's head (spec jobs 5.4). */
export interface Policy {
  readonly required: readonly string[];
  readonly requiredIfPresent: readonly string[];
  readonly optional: readonly string[];
  /** Go regular expressions. */
  readonly optionalPatterns: readonly string[];
  readonly skipUnknown: boolean;
  readonly overwritePending: boolean;
}

/** A pull request in the pool's books. `fault`: its configuration cannot be loaded or contradicts itself; then `demands` is null. */
export interface Candidate {
  readonly facts: PullFacts;
  readonly demands: Demands | null;
  readonly fault: string;
  /** Since when it has fulfilled a query without a break; 0: it does not now. */
  readonly queuedAt: number;
  /** GitHub refused to merge it, and nothing has changed since. */
  readonly refusal: Refusal | null;
}

/** Why GitHub would not merge: kept until head, base, labels, reviews or contexts change (and then tried again). */
export interface Refusal {
  readonly kind: MergeFailure;
  /** GitHub's own sentence. */
  readonly message: string;
  readonly headSha: string;
  readonly baseSha: string;
  /** Digest of what may make a difference: labels, review, contexts, mergeState. */
  readonly facts: string;
  readonly at: number;
  readonly tries: number;
  /** Not before, even if something changed. */
  readonly retryAt: number;
}

/** Spec jobs 5.8's rows. `unknown-outcome`: the answer was lost; read back before anything else. */
export type MergeFailure =
  | "base-modified"
  | "head-modified"
  | "not-authorized"
  | "method-forbidden"
  | "unmergeable"
  | "unknown-outcome"
  | "other";

export interface RunPull {
  readonly number: number;
  readonly sha: string;
}

/** A ProwJob of the pool: presubmits of its pull requests, and batches. */
export interface Run {
  readonly id: string;
  readonly type: "presubmit" | "batch";
  readonly job: string;
  readonly context: string;
  readonly state: JobState;
  /** The commit of the branch that it ran on; of a speculative batch the branch's tip when it was started. */
  readonly baseSha: string;
  /** In the order in which they are merged into the base. */
  readonly pulls: readonly RunPull[];
  readonly createdByTide: boolean;
  readonly startedAt: number;
  /** How it ended, in the words of its status; empty while it runs. */
  readonly ending: string;
}

export interface Blocker {
  readonly number: number;
  readonly title: string;
  readonly url: string;
  /** Branches that it names; empty: all. */
  readonly branches: readonly string[];
}

/** Tide's settings of one branch, resolved (spec jobs 5.2, 5.3). */
export interface PoolSettings {
  readonly queries: readonly CoveringQuery[];
  readonly method: MergeMethod;
  readonly mergeLabel: string;
  readonly squashLabel: string;
  readonly rebaseLabel: string;
  /** Go templates; empty: GitHub's own words. */
  readonly template: { readonly title: string; readonly body: string };
  readonly blockerLabel: string;
  /** 0: no limit; -1: no batches. */
  readonly batchSizeLimit: number;
  readonly prioritizeExistingBatches: boolean;
  /** In falling order; an entry wants all of its labels, a label may be `a,b`: either. */
  readonly priority: readonly (readonly string[])[];
  readonly blocksPolicy: "ignore" | "permit" | "block";
  readonly targetUrl: string;
  readonly prStatusBaseUrl: string;
  readonly displayAllQueries: boolean;
  /** How results age (`until-conflict`: until a later merge touches a path that the job declares). */
  readonly resultValidity: TideRepo["cutwater"]["result_validity"];
  readonly batchStrategy: TideRepo["cutwater"]["batch_strategy"];
  /** Milliseconds in the pool after which a pull request goes before every priority; 0: never. */
  readonly starvationMs: number;
  /** The `tide` status tells the place in line, and when it may be merged. */
  readonly placeInStatus: boolean;
  readonly knownFlakes: readonly KnownFlake[];
  /** No merges while one covers now. */
  readonly freezes: readonly Freeze[];
}

/** What of the repository itself decides (GitHub's settings, rulesets). */
export interface RepoFacts {
  readonly allowed: Readonly<Record<MergeMethod, boolean>>;
  /** The branch has GitHub's own merge queue on it. */
  readonly mergeQueue: boolean;
}

export interface Pool {
  readonly org: string;
  readonly repo: string;
  readonly branch: string;
  readonly baseSha: string;
  readonly candidates: readonly Candidate[];
  readonly runs: readonly Run[];
  readonly blockers: readonly Blocker[];
  readonly settings: PoolSettings;
  readonly repoFacts: RepoFacts;
  /** Merges that have begun and are not known to have ended: nothing else is merged. */
  readonly merging: readonly number[];
  /** Pairs of pull requests that Git could not merge one after the other on this base, `"1 2"`. */
  readonly conflicts: ReadonlySet<string>;
  /** How the branch moved, newest last: results are carried over such moves (`until-conflict`, batches). */
  readonly merges: readonly MergedPaths[];
  /** How long a run of a job usually takes, by its name, in milliseconds. */
  readonly typicalMs: ReadonlyMap<string, number>;
  /** The big red button. */
  readonly paused: boolean;
  readonly now: number;
}

/** One move of the branch. */
export interface MergedPaths {
  readonly fromSha: string;
  readonly toSha: string;
  /** What was merged; null: somebody pushed. */
  readonly pull: RunPull | null;
  /** Null: they are not known, so nothing survives it. */
  readonly paths: readonly string[] | null;
}

/** What to do next (spec jobs 5.7). */
export type Action =
  | { readonly kind: "MERGE"; readonly pulls: readonly number[] }
  | { readonly kind: "MERGE_BATCH"; readonly pulls: readonly number[] }
  | { readonly kind: "TRIGGER"; readonly pulls: readonly number[]; readonly jobs: readonly string[] }
  /** `jobs`: names of those to be created; `ahead`: pulls of the batch on top of which it is speculated. */
  | {
      readonly kind: "TRIGGER_BATCH";
      readonly pulls: readonly number[];
      readonly jobs: readonly string[];
      readonly ahead: readonly number[];
    }
  | { readonly kind: "WAIT" }
  | { readonly kind: "BLOCKED" };

export type ActionKind = Action["kind"];

/** Why one pull request is not merged yet: one code for machines, one sentence for people. */
export interface Wait {
  readonly number: number;
  readonly code: WaitCode;
  readonly text: string;
  /** Contexts, labels or issue numbers that it is about. */
  readonly about: readonly string[];
  /** Place in line from 1, and milliseconds until it is expected to be merged; null: not in line. */
  readonly place: number | null;
  readonly expectedMs: number | null;
}

export type WaitCode =
  | "merging"
  | "ready"
  | "in-batch"
  | "retesting"
  | "queued"
  | "needs-labels"
  | "forbidden-labels"
  | "branch-forbidden"
  | "author-forbidden"
  | "needs-milestone"
  | "needs-review"
  | "contexts"
  | "conflict"
  | "draft"
  | "method-labels"
  | "method-forbidden"
  | "cannot-rebase"
  | "blocked-by-github"
  | "blocked-by-issue"
  | "merge-queue"
  | "refused"
  | "fault"
  | "frozen"
  | "paused";

export interface Decision {
  readonly action: Action;
  /** For each candidate. */
  readonly waits: readonly Wait[];
}
