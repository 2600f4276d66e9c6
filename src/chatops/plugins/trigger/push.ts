/** Postsubmits (spec chatops 2.1.5, jobs 3.5). */
import type { Refs } from "../../../config/model.ts";
import { postsubmitJob } from "../../../jobs/create.ts";
import { namesShown } from "../../../jobs/hidden.ts";
import { branchOfRef, filterPostsubmits } from "../../../jobs/triggering.ts";
import { nothing } from "../../decide.ts";
import { brokenNote } from "./in-repo.ts";
import type { PushEvent } from "../../events.ts";
import type { Decision, View } from "../../plugin.ts";

/** Starts the postsubmits of a pushed branch or tag. */
export async function push(event: PushEvent, view: View): Promise<Decision> {
  if (event.deleted || /^0+$/.test(event.after)) return nothing("the branch was deleted");
  const branch = branchOfRef(event.ref);
  const settings = view.config.prow;
  const { postsubmits, problems } = await view.jobsAt(event.after);
  const jobs = await filterPostsubmits(postsubmits, branch, () => Promise.resolve(event.changedFiles));
  if (jobs.length === 0) return nothing(`no postsubmit is to run for this push to ${branch}${brokenNote(problems)}`);
  const { owner, repo } = view.repository;
  const refs: Refs = {
    org: owner,
    repo,
    repo_link: `${settings.link_url}/${owner}/${repo}`,
    base_ref: branch,
    base_sha: event.after,
    base_link: event.compareUrl,
  };
  const origin = { guid: view.guid, now: view.now, publicUrl: view.publicUrl, settings };
  const prowjobs = await Promise.all(jobs.map((job) => postsubmitJob(job, refs, origin)));
  return {
    effects: [{ kind: "startJobs", jobs: prowjobs }],
    why: `starts ${namesShown(jobs, settings.hidden)}${brokenNote(problems)}`,
  };
}
