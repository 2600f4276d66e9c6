/** Turns chosen presubmits into effects (spec chatops 2.1.3 'Creation', jobs 2.1). */
import type { Presubmit } from "../../../config/model.ts";
import { presubmitJob, pullRequestRefs } from "../../../jobs/create.ts";
import { namesShown } from "../../../jobs/hidden.ts";
import { filterPresubmits, testAllFilter } from "../../../jobs/triggering.ts";
import type { Effect } from "../../effects.ts";
import type { PullRequest } from "../../events.ts";
import type { Decision, View } from "../../plugin.ts";
import { brokenNote } from "./in-repo.ts";

export const OK_TO_TEST = "ok-to-test";
export const NEEDS_OK_TO_TEST = "needs-ok-to-test";
export const LGTM = "lgtm";

/** The paths that a pull request changes. */
export async function changedPaths(view: View): Promise<readonly string[]> {
  return (await view.files()).map((file) => file.filename);
}

/** The effect that starts jobs on a pull request, on the base branch's present tip. Nothing when it cannot be merged. */
export async function start(
  jobs: readonly Presubmit[],
  pullRequest: PullRequest,
  view: View,
  labels: Readonly<Record<string, string>> = {},
): Promise<Decision> {
  if (jobs.length === 0) return { effects: [], why: "no job is to run for this change" };
  if (pullRequest.mergeable === false) {
    return { effects: [], why: "no job is started: the pull request conflicts with its base branch" };
  }
  const { base } = pullRequest;
  const settings = view.config.prow;
  const refs = pullRequestRefs(view.repository, pullRequest, await view.branchSha(base.ref), settings.link_url);
  const origin = { guid: view.guid, now: view.now, publicUrl: view.publicUrl, settings };
  const prowjobs = await Promise.all(jobs.map((job) => presubmitJob(job, refs, origin, labels)));
  const effect: Effect = { kind: "startJobs", jobs: prowjobs };
  return { effects: [effect], why: `starts ${namesShown(jobs, settings.hidden)}` };
}

/** Starts everything that runs by itself, unless the pull request is a draft or closed. */
export async function startAutomatic(pullRequest: PullRequest, view: View): Promise<Decision> {
  if (pullRequest.state === "closed") return { effects: [], why: "the pull request is closed" };
  if (pullRequest.draft) return { effects: [], why: "jobs do not start by themselves on a draft" };
  const { presubmits, problems } = await view.jobs();
  const jobs = await filterPresubmits(testAllFilter, presubmits, pullRequest.base.ref, () => changedPaths(view));
  const { effects, why } = await start(jobs, pullRequest, view);
  return { effects, why: `${why}${brokenNote(problems)}` };
}
