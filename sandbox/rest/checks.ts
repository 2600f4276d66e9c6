import { ApiError } from "../errors.ts";
import { readCommit } from "../git/read.ts";
import { type Call, json } from "../http/call.ts";
import { paged } from "../http/page.ts";
import { checkRun, workflowRun } from "../shape/commit.ts";
import type { CheckRun, Repo, WorkflowRun } from "../state/model.ts";
import { createCheckRun, updateCheckRun } from "../verbs/statuses.ts";
import { fullName } from "../world.ts";
import { R, type Routes } from "./route.ts";

/** Only Apps write check runs. */
function appId(call: Call): number {
  if (call.caller.kind !== "installation") throw ApiError.forbidden("You must authenticate via a GitHub App.");
  return call.caller.app.id;
}

function output(call: Call): CheckRun["output"] {
  const given = call.field("output");
  const part = (key: string): string | null => {
    const value =
      typeof given === "object" && given !== null ? Object.entries(given).find(([name]) => name === key)?.[1] : null;
    return typeof value === "string" ? value : null;
  };
  return { title: part("title"), summary: part("summary"), text: part("text") };
}

const statusOf = (value: string | undefined): CheckRun["status"] | undefined =>
  (["queued", "in_progress", "completed", "waiting", "requested", "pending"] as const).find((one) => one === value);

const found = (call: Call): { repo: Repo; run: CheckRun } => {
  const { repo } = call;
  const run = repo.checkRuns.find((one) => one.id === call.number("check_run_id"));
  if (!run) throw ApiError.notFound();
  return { repo, run };
};

function foundRun(call: Call, level: "read" | "write"): { repo: Repo; run: WorkflowRun } {
  const { repo } = call;
  call.allow(repo, level, ["actions"], level === "read" ? "read" : "write");
  const run = repo.workflowRuns.find((one) => one.id === call.number("run_id"));
  if (!run) throw ApiError.notFound();
  return { repo, run };
}

const shownRun = async (call: Call, repo: Repo, run: WorkflowRun) =>
  workflowRun(call.world, repo, run, await readCommit(call.world.gitDir(repo), run.sha));

function again(call: Call, failedOnly: boolean) {
  const { repo, run } = foundRun(call, "write");
  if (run.status !== "completed") throw new ApiError(403, "This workflow is already running");
  if (failedOnly && run.conclusion === "success") throw new ApiError(403, "This workflow run cannot be retried");
  Object.assign(run, { status: "queued", conclusion: null, attempt: run.attempt + 1, updatedAt: call.world.now() });
  call.world.changed(fullName(repo));
  return json({}, 201);
}

export const checks: Routes = {
  [`POST ${R}/check-runs`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "write", ["checks"], "write");
    const app = appId(call);
    const conclusion = call.string("conclusion") ?? null;
    const run = createCheckRun(world, repo, call.actor, {
      sha: call.string("head_sha") ?? "",
      name: call.string("name") ?? "",
      app,
      externalId: call.string("external_id") ?? "",
      detailsUrl: call.string("details_url") ?? null,
      status: conclusion === null ? (statusOf(call.string("status")) ?? "queued") : "completed",
      conclusion,
      startedAt: call.string("started_at") ?? world.now(),
      completedAt: conclusion === null ? null : (call.string("completed_at") ?? world.now()),
      output: output(call),
    });
    return json(checkRun(world, repo, run), 201);
  },
  [`GET ${R}/check-runs/{check_run_id}`]: (call) => {
    const { repo, run } = found(call);
    call.allow(repo, "read", ["checks"], "read");
    return json(checkRun(call.world, repo, run));
  },
  [`PATCH ${R}/check-runs/{check_run_id}`]: (call) => {
    const { repo, run } = found(call);
    call.allow(repo, "write", ["checks"], "write");
    if (run.app !== appId(call))
      throw ApiError.forbidden(
        "Invalid app_id `app_id` - check run can only be modified by the GitHub App that created it.",
      );
    const status = statusOf(call.string("status"));
    const conclusion = call.string("conclusion");
    updateCheckRun(call.world, repo, run, call.actor, {
      name: call.string("name") ?? run.name,
      detailsUrl: call.string("details_url") ?? run.detailsUrl,
      externalId: call.string("external_id") ?? run.externalId,
      ...(status ? { status } : {}),
      ...(conclusion ? { conclusion } : {}),
      ...(call.field("output") === undefined ? {} : { output: output(call) }),
    });
    return json(checkRun(call.world, repo, run));
  },
  [`GET ${R}/actions/runs`]: async (call) => {
    const { repo } = call;
    call.allow(repo, "read", ["actions"], "read");
    const is = (name: string, value: string | null) => call.query(name) === null || call.query(name) === value;
    const runs = repo.workflowRuns.filter(
      (run) =>
        is("head_sha", run.sha) &&
        is("branch", run.branch) &&
        is("event", run.event) &&
        is("actor", run.actor) &&
        (is("status", run.status) || is("status", run.conclusion)),
    );
    const shown = await Promise.all(runs.map((run) => shownRun(call, repo, run)));
    return paged(
      call,
      shown,
      (run) => run,
      (workflow_runs) => ({ total_count: runs.length, workflow_runs }),
    );
  },
  [`GET ${R}/actions/runs/{run_id}`]: async (call) => {
    const { repo, run } = foundRun(call, "read");
    return json(await shownRun(call, repo, run));
  },
  [`POST ${R}/actions/runs/{run_id}/approve`]: (call) => {
    const { repo, run } = foundRun(call, "write");
    if (run.conclusion !== "action_required")
      throw new ApiError(403, "This run is not from a fork pull request or queued for approval");
    Object.assign(run, { status: "queued", conclusion: null, updatedAt: call.world.now() });
    call.world.changed(fullName(repo));
    return json({}, 201);
  },
  [`POST ${R}/actions/runs/{run_id}/rerun`]: (call) => again(call, false),
  [`POST ${R}/actions/runs/{run_id}/rerun-failed-jobs`]: (call) => again(call, true),
};
