/** Carries out one effect (design 1.1, 1.2): idempotent calls are made, others are looked up before they are repeated. */
import { GitHubError } from "../github/index.ts";
import type { Effect } from "./effects.ts";
import { comment, deleteComments, upsertComment } from "./execute-comments.ts";
import { assign, removeReviewRequest, requestReview, unassign } from "./execute-people.ts";
import {
  createCheckRun,
  createIssue,
  deleteBranch,
  editComment,
  editIssue,
  minimize,
  pin,
  react,
  review,
  transferIssue,
  withAftermath,
} from "./execute-issue.ts";
import { project } from "./execute-project.ts";
import { createPullRequest } from "./execute-pull.ts";
import { among } from "./joins.ts";
import type { Done, Execution } from "./execution.ts";
import { done, gone, isStatus, noop } from "./execution.ts";

/** How many objects one effect wakes at the same time. */
const JOBS_AT_A_TIME = 10;

/** Rejects with {@link GitHubError} (see its `kind`) when GitHub says no or nothing, and with whatever an object throws. */
export async function execute(effect: Effect, x: Execution): Promise<Done> {
  switch (effect.kind) {
    case "addLabel":
      return await addLabels([effect.label], x);
    case "removeLabel":
      return await gone(
        x.client.request("DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", {
          ...issueOf(x),
          name: effect.label,
        }),
        `removed ${effect.label}`,
      );
    case "comment":
      return await comment(x, `${effect.body}\n${x.marker}`, x.marker);
    case "upsertComment":
      return await upsertComment(x, effect);
    case "deleteComments":
      return await deleteComments(x, effect.marker);
    case "assign":
      return await assign(x, effect.logins, among(effect, effect.logins));
    case "unassign":
      return await unassign(x, effect.logins);
    case "requestReview":
      return await requestReview(x, effect.users, effect.teams, among(effect, [...effect.users, ...effect.teams]));
    case "removeReviewRequest":
      return await removeReviewRequest(x, effect.users, effect.teams);
    case "setStatus":
      return await setStatus(effect, x);
    case "startJobs":
      return await startJobs(effect, x);
    case "abortJobs": {
      const count = await x.abortJobs(effect);
      return count > 0 ? done(`aborted ${count}`) : noop("nothing was running");
    }
    case "approveWorkflowRuns":
      return await workflowRuns(x, effect, "action_required", "approve");
    case "rerunWorkflowRuns":
      return await workflowRuns(x, effect, "failure", "rerun-failed-jobs");
    case "editIssue":
      return await editIssue(effect, x);
    case "react":
      return await react(effect, x);
    case "editComment":
      return await editComment(effect, x);
    case "review":
      return await review(effect, x);
    case "deleteBranch":
      return await deleteBranch(effect, x);
    case "pinIssue":
    case "unpinIssue":
      return await pin(effect, x);
    case "transferIssue":
      return await transferIssue(effect, x);
    case "createIssue":
      return await createIssue(effect, x);
    case "createPullRequest":
      return await createPullRequest(effect, x);
    case "createCheckRun":
      return await createCheckRun(effect, x);
    case "minimizeComments":
      return await minimize(effect, x);
    case "project":
      return await project(effect, x);
    case "recordJobs":
      return await recordJobs(effect, x);
    case "reportAgain": {
      const count = await x.reportAgain();
      return count > 0 ? done(`reports ${count} again`) : noop("no job has a result");
    }
    case "slack": {
      const body = { channel: effect.channel, text: effect.text };
      return done(await x.service({ service: "slack", method: "POST", path: "/chat.postMessage", body }));
    }
    case "callService":
      return await withAftermath(effect, () => callOnce(effect, x));
    case "lookAgain":
      await x.lookAgain(effect);
      return done(`${effect.plugin} looks again in ${Math.round(effect.afterMs / 1000)} s`);
    case "gitTask":
      return (await x.gitTask(effect)) ? done(`task ${effect.id}`) : noop("it was started before");
  }
}

/** Several labels of one event in one call. */
export async function addLabels(labels: readonly string[], x: Execution): Promise<Done> {
  await x.client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", {
    ...issueOf(x),
    labels: [...labels],
  });
  return done(`labelled ${labels.join(", ")}`);
}

const issueOf = ({ owner, repo, number }: Execution) => ({ owner, repo, issue_number: number });

/** What a service does anew at each call is looked for, after a lost answer, before it is asked for again. */
async function callOnce(effect: Of<"callService">, x: Execution): Promise<string> {
  const { service, unless } = effect;
  if (x.again && unless) {
    const { status, body } = await x.outside({ service, method: "GET", path: unless.path });
    if (status !== 200) throw new GitHubError("transient", status, `GET ${service}`, "could not be looked at");
    if (body.includes(unless.contains)) return `${service}: it happened before`;
  }
  return await x.service(effect);
}

type Of<Kind extends Effect["kind"]> = Extract<Effect, { kind: Kind }>;

/** Each status is a row in the commit's history: after a lost answer the history is looked at first. */
async function setStatus(effect: Of<"setStatus">, x: Execution): Promise<Done> {
  const { owner, repo } = x;
  const { sha, context, state, description, targetUrl } = effect;
  if (x.again) {
    const { data } = await x.client.request("GET /repos/{owner}/{repo}/commits/{ref}/statuses", {
      owner,
      repo,
      ref: sha,
      per_page: 100,
    });
    const newest = data.find((one) => one.context === context);
    if (newest?.state === state && newest.target_url === targetUrl && newest.description === description) {
      return done(`${context}: ${state}, found after an answer was lost`);
    }
  }
  await x.client.request("POST /repos/{owner}/{repo}/statuses/{sha}", {
    owner,
    repo,
    sha,
    context,
    state,
    description,
    target_url: targetUrl,
  });
  return done(`${context}: ${state}`);
}

async function startJobs({ jobs }: Of<"startJobs">, x: Execution): Promise<Done> {
  let created = 0;
  for (let at = 0; at < jobs.length; at += JOBS_AT_A_TIME) {
    const some = jobs.slice(at, at + JOBS_AT_A_TIME);
    created += (await Promise.all(some.map((job) => x.startJob(job)))).filter(Boolean).length;
  }
  return created > 0 ? done(`started ${created} of ${jobs.length}`) : noop("they were started before");
}

async function recordJobs({ jobs }: Of<"recordJobs">, x: Execution): Promise<Done> {
  for (const job of jobs) await x.recordJob(job);
  return done(`recorded ${jobs.length}`);
}

async function workflowRuns(
  x: Execution,
  { sha, branch }: { readonly sha: string; readonly branch: string },
  status: "action_required" | "failure",
  verb: "approve" | "rerun-failed-jobs",
): Promise<Done> {
  const { owner, repo } = x;
  const event = "pull_request";
  const { data } = await x.client.request("GET /repos/{owner}/{repo}/actions/runs", {
    owner,
    repo,
    head_sha: sha,
    branch,
    event,
    status,
    per_page: 100,
  });
  let refused = 0;
  for (const { id } of data.workflow_runs) {
    const run = { owner, repo, run_id: Number(id) };
    try {
      if (verb === "approve") await x.client.request("POST /repos/{owner}/{repo}/actions/runs/{run_id}/approve", run);
      else await x.client.request("POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs", run);
    } catch (error) {
      // A run that cannot be approved or re-run (any more) is no reason to stop the others (spec chatops 2.1.3).
      if (!isStatus(error, 403, 404, 409, 422) || (error instanceof GitHubError && error.kind === "rate-limited")) {
        throw error;
      }
      refused += 1;
    }
  }
  const count = data.workflow_runs.length;
  return count > 0 ? done(`${verb}: ${count - refused} of ${count}`) : noop("no workflow run waits");
}
