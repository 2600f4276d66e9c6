/** What tide asks of one pull request: jobs, and a policy for the contexts of its head (spec jobs 5.4, 5.6). */
import { goRegExp, regexFault } from "../config/goregexp.ts";
import type { Presubmit, RepoConfig } from "../config/model.ts";
import type { RepoJobs } from "../config/in-repo.ts";
import { contextLayers, type TideRepo } from "../config/tide.ts";
import type { ContextPolicy } from "../config/tide-schema.ts";
import { Protector } from "../jobs/branch-protection.ts";
import {
  changedPathsOnce,
  contextRequired,
  couldRun,
  needsExplicitTrigger,
  presubmitShouldRun,
  triggersConditionally,
} from "../jobs/triggering.ts";
import type { Demands, Policy, PullFacts } from "./model.ts";

/** The configuration contradicts itself: nothing can be merged by it. The message is for people. */
export class DemandsError extends Error {
  override readonly name = "DemandsError";
}

type Files = () => Promise<readonly string[]>;

const tideOf = (config: RepoConfig): TideRepo => {
  if (!config.tide) throw new DemandsError(`No tide query covers ${config.org}/${config.repo}.`);
  return config.tide;
};

/** The most specific layer that says anything wins. */
const flag = (layers: readonly ContextPolicy[], key: "skip-unknown-contexts" | "overwrite-pending-contexts"): boolean =>
  layers.findLast((layer) => layer[key] !== undefined)?.[key] ?? false;

const list = (
  layers: readonly ContextPolicy[],
  key: "required-contexts" | "required-if-present-contexts" | "optional-contexts" | "optional-regex-contexts",
): readonly string[] => layers.flatMap((layer) => layer[key] ?? []);

const sorted = (contexts: Iterable<string>): readonly string[] => [...new Set(contexts)].sort();

interface Protected {
  readonly contexts: readonly string[];
  /** Jobs that start by hand only are required too. */
  readonly manual: boolean;
}

/** What the configuration of branch protection asks for; nothing unless `from-branch-protection` says so. */
function protectedBy(config: RepoConfig, branch: string, presubmits: readonly Presubmit[]): Protected {
  const tide = tideOf(config);
  const layers = contextLayers(tide, branch);
  const asked = layers.findLast((layer) => layer["from-branch-protection"] !== undefined)?.["from-branch-protection"];
  if (!asked || !tide.protection) return { contexts: [], manual: false };
  const protector = new Protector(tide.protection);
  const { org, repo } = config;
  try {
    // Jobs that tide runs itself have no context before it does: waiting for it would be forever.
    const others = presubmits.filter((job) => !job.run_before_merge);
    const wanted = protector.wanted(org, repo, branch, others);
    const contexts = wanted?.protect ? (wanted.settings.required_status_checks?.contexts ?? []) : [];
    return { contexts, manual: protector.manual(org, repo, branch) };
  } catch (error) {
    throw new DemandsError(`branch-protection: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Jobs that have to pass (5.6): required ones that run on this branch and these files, and those that run before a merge. */
async function jobsOf(
  presubmits: readonly Presubmit[],
  branch: string,
  manual: boolean,
  files: Files,
): Promise<readonly Presubmit[]> {
  const jobs: Presubmit[] = [];
  for (const job of presubmits) {
    const required = contextRequired(job);
    if (!required && !job.run_before_merge) continue;
    const forced = job.run_before_merge || (manual && required && needsExplicitTrigger(job));
    if (await presubmitShouldRun(job, branch, files, forced, false)) jobs.push(job);
  }
  return jobs;
}

function policyOf(
  layers: readonly ContextPolicy[],
  branch: string,
  presubmits: readonly Presubmit[],
  { contexts, manual }: Protected,
): Policy {
  const here = presubmits.filter((job) => couldRun(job, branch));
  const needed = here.filter(contextRequired);
  const byHand = (job: Presubmit): boolean => manual && needsExplicitTrigger(job) && !job.run_before_merge;
  const always = needed.filter((job) => !triggersConditionally(job) || byHand(job));
  const conditional = needed.filter((job) => !always.includes(job));
  const optional = here.filter((job) => !contextRequired(job));
  const of = (jobs: readonly Presubmit[]): readonly string[] => jobs.map(({ context }) => context);
  return {
    required: sorted([...list(layers, "required-contexts"), ...contexts, ...of(always)]),
    requiredIfPresent: sorted([...list(layers, "required-if-present-contexts"), ...of(conditional)]),
    optional: sorted([...list(layers, "optional-contexts"), ...of(optional)]),
    optionalPatterns: sorted(list(layers, "optional-regex-contexts")),
    skipUnknown: flag(layers, "skip-unknown-contexts"),
    overwritePending: flag(layers, "overwrite-pending-contexts"),
  };
}

/** The first contradiction in words; null: there is none. */
function contradiction({ required, requiredIfPresent, optional, optionalPatterns }: Policy): string | null {
  const pairs = [
    ["required", required, "optional", optional],
    ["required", required, "required if present", requiredIfPresent],
    ["optional", optional, "required if present", requiredIfPresent],
  ] as const;
  for (const [one, those, other, these] of pairs) {
    const second = new Set(these);
    const both = those.filter((context) => second.has(context));
    if (both.length > 0) return `${both.join(", ")}: both ${one} and ${other}`;
  }
  for (const pattern of optionalPatterns) {
    const fault = regexFault(pattern);
    if (fault !== null) return `optional-regex-contexts: ${pattern} is no regular expression that Go takes: ${fault}`;
    const matching = [...required, ...requiredIfPresent].find((context) => goRegExp(pattern).test(context));
    if (matching !== undefined) return `${matching}: required, and optional by the expression ${pattern}`;
  }
  return null;
}

/**
 * What GitHub itself requires becomes required here too. A job that tide runs before the merge stays required if present:
 * its context comes only once it runs. What a pattern makes optional stays so: then GitHub has the last word.
 */
function withLive(policy: Policy, live: readonly string[], jobs: readonly Presubmit[]): Policy {
  const run = new Set(jobs.map(({ context }) => context));
  const more = new Set(
    live.filter(
      (context) => !run.has(context) && !policy.optionalPatterns.some((pattern) => goRegExp(pattern).test(context)),
    ),
  );
  const without = (contexts: readonly string[]): readonly string[] => contexts.filter((context) => !more.has(context));
  return {
    ...policy,
    required: sorted([...policy.required, ...more]),
    requiredIfPresent: without(policy.requiredIfPresent),
    optional: without(policy.optional),
  };
}

/**
 * `own`: the jobs of the configuration and, at this head, of the repository itself; where those cannot be read, nothing says
 * what has to pass. `required`: contexts of rulesets and live
 * branch protection. `files` is asked at most once, and only when a job needs it or results are to outlive merges. Throws
 * {@link DemandsError}; rejects with what `files` rejects with.
 */
export async function demandsOf(
  config: RepoConfig,
  own: Pick<RepoJobs, "presubmits" | "problems" | "changed">,
  facts: Pick<PullFacts, "baseRef">,
  required: readonly string[],
  files: Files,
): Promise<Demands> {
  const { presubmits, problems, changed } = own;
  const [problem] = problems;
  if (problem) throw new DemandsError(`Its own jobs cannot be read: ${problem.file}: ${problem.message}.`);
  const branch = facts.baseRef;
  const layers = contextLayers(tideOf(config), branch);
  const ofProtection = protectedBy(config, branch, presubmits);
  const policy = policyOf(layers, branch, presubmits, ofProtection);
  const fault = contradiction(policy);
  if (fault !== null) throw new DemandsError(`The configuration of contexts contradicts itself: ${fault}.`);
  const { jobs, touched } = await jobsAndFiles(config, presubmits, branch, ofProtection.manual, files);
  return { jobs, policy: withLive(policy, required, jobs), files: touched, changesJobs: changed };
}

async function jobsAndFiles(
  config: RepoConfig,
  presubmits: readonly Presubmit[],
  branch: string,
  manual: boolean,
  files: Files,
): Promise<{ jobs: readonly Presubmit[]; touched: readonly string[] | null }> {
  let touched: readonly string[] | null = null;
  const once = changedPathsOnce(async () => {
    touched = await files();
    return touched;
  });
  const jobs = await jobsOf(presubmits, branch, manual, once);
  if (tideOf(config).cutwater.result_validity === "until-conflict") await once();
  return { jobs, touched };
}
