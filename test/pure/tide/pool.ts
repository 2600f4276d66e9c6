/** Pools for tests: what is not said is as in a pool where everything is well. */
import type { Presubmit } from "../../../src/config/model.ts";
import type { CoveringQuery as Query } from "../../../src/config/tide.ts";
import type { Candidate, HeadContext, Policy, Pool, PoolSettings, PullFacts, Run } from "../../../src/tide/model.ts";
import { presubmit } from "../chatops/fake-view.ts";

export const BASE = "b".repeat(40);
export const OLD = "a".repeat(40);
export const NOW = 1_800_000_000_000;

export const sha = (number: number): string => String(number).padStart(40, "0");
export const job = (name: string, over: Partial<Presubmit> = {}): Presubmit =>
  presubmit(name, { always_run: true, ...over });

export function context(name: string, state: HeadContext["state"] = "SUCCESS", description = ""): HeadContext {
  return { context: name, state, description, url: "", source: "status" };
}

export function facts(number: number, over: Partial<PullFacts> = {}): PullFacts {
  return {
    number,
    title: `Change ${number}`,
    body: "",
    url: `https://github.com/org/repo/pull/${number}`,
    author: "author",
    authorIsBot: false,
    headSha: sha(number),
    headRef: `change-${number}`,
    baseRef: "main",
    draft: false,
    mergeable: "MERGEABLE",
    mergeState: "CLEAN",
    canBeRebased: true,
    reviewDecision: "",
    milestone: "",
    labels: ["lgtm"],
    contexts: [context("unit")],
    inMergeQueue: false,
    createdAt: NOW - 3_600_000,
    ...over,
  };
}

export function policy(over: Partial<Policy> = {}): Policy {
  return {
    required: ["unit"],
    requiredIfPresent: [],
    optional: [],
    optionalPatterns: [],
    skipUnknown: false,
    overwritePending: false,
    ...over,
  };
}

/** `jobs`: what tide asks of it, `unit` when nothing is said. */
export function candidate(
  number: number,
  over: Partial<PullFacts> = {},
  {
    jobs = [job("unit")],
    ...rest
  }: Partial<Omit<Candidate, "facts">> & { jobs?: readonly Presubmit[]; policy?: Policy } = {},
): Candidate {
  const { policy: its = policy({ required: jobs.map((one) => one.context) }), ...others } = rest;
  return {
    facts: facts(number, over),
    demands: { jobs, policy: its, files: null, changesJobs: false },
    fault: "",
    queuedAt: NOW - 1000,
    refusal: null,
    ...others,
  };
}

let nth = 0;
export function run(numbers: readonly number[], over: Partial<Run> = {}): Run {
  nth += 1;
  return {
    id: `run-${nth}`,
    type: numbers.length > 1 ? "batch" : "presubmit",
    job: "unit",
    context: over.job ?? "unit",
    state: "success",
    baseSha: BASE,
    pulls: numbers.map((number) => ({ number, sha: sha(number) })),
    createdByTide: true,
    startedAt: NOW - 60_000,
    ending: "",
    ...over,
  };
}

export const query = (over: Partial<Query> = {}): Query => ({
  author: "",
  labels: ["lgtm"],
  missingLabels: ["do-not-merge/hold"],
  includedBranches: [],
  excludedBranches: [],
  milestone: "",
  reviewApprovedRequired: false,
  ...over,
});

export function settings(over: Partial<PoolSettings> = {}): PoolSettings {
  return {
    queries: [query()],
    method: "merge",
    mergeLabel: "tide/merge-method-merge",
    squashLabel: "tide/merge-method-squash",
    rebaseLabel: "tide/merge-method-rebase",
    template: { title: "", body: "" },
    blockerLabel: "tide/merge-blocker",
    batchSizeLimit: 0,
    prioritizeExistingBatches: true,
    priority: [],
    blocksPolicy: "permit",
    targetUrl: "",
    prStatusBaseUrl: "",
    displayAllQueries: false,
    resultValidity: "base",
    batchStrategy: "prow",
    starvationMs: 0,
    placeInStatus: true,
    knownFlakes: [],
    freezes: [],
    ...over,
  };
}

export function pool(candidates: readonly Candidate[], runs: readonly Run[] = [], over: Partial<Pool> = {}): Pool {
  return {
    org: "org",
    repo: "repo",
    branch: "main",
    baseSha: BASE,
    candidates,
    runs,
    blockers: [],
    settings: settings(),
    repoFacts: { allowed: { merge: true, squash: true, rebase: true, ifNecessary: true }, mergeQueue: false },
    merging: [],
    conflicts: new Set(),
    merges: [],
    typicalMs: new Map(),
    paused: false,
    now: NOW,
    ...over,
  };
}
