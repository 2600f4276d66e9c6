/** Commit statuses and check runs. */
import { ApiError } from "../errors.ts";
import type { Commit } from "../git/read.ts";
import { emit } from "../hooks/emit.ts";
import { hookCheckRun, commit as commitShape, status as statusShape } from "../shape/commit.ts";
import type { CheckRun, Repo, Status } from "../state/model.ts";
import { type Actor, fullName, type World } from "../world.ts";

const MAX_STATUSES = 1000;

export interface NewStatus {
  readonly state: Status["state"];
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
}

/** Adds a status to a commit: at most 1,000 for one sha and context, descriptions of at most 140 characters. */
export function createStatus(world: World, repo: Repo, commit: Commit, actor: Actor, input: NewStatus): Status {
  if (input.description !== null && Array.from(input.description).length > 140)
    throw ApiError.invalid("Status", "description", "custom", "description is too long (maximum is 140 characters)");
  if (input.targetUrl !== null && !/^https?:\/\//.test(input.targetUrl))
    throw ApiError.invalid("Status", "target_url", "custom", "Target url must use http(s) scheme");
  const same = repo.statuses.filter((one) => one.sha === commit.sha && one.context === input.context);
  if (same.length >= MAX_STATUSES)
    throw new ApiError(422, "Validation Failed", ["This SHA and context has reached the maximum number of statuses."]);
  const status: Status = {
    id: world.id(),
    sha: commit.sha,
    ...input,
    creator: actor.account.login,
    createdAt: world.now(),
  };
  repo.statuses.push(status);
  world.changed(fullName(repo));
  const { url: _, ...shown } = statusShape(world, repo, status);
  emit(world, {
    event: "status",
    action: null,
    repo,
    actor,
    body: {
      id: status.id,
      sha: status.sha,
      name: fullName(repo),
      target_url: status.targetUrl,
      avatar_url: shown.avatar_url,
      context: status.context,
      description: status.description,
      state: status.state,
      commit: commitShape(world, repo, commit),
      branches: [],
      created_at: status.createdAt,
      updated_at: status.createdAt,
    },
  });
  return status;
}

function announceCheck(world: World, repo: Repo, run: CheckRun, actor: Actor, action: string): void {
  world.changed(fullName(repo));
  emit(world, { event: "check_run", action, repo, actor, body: { check_run: hookCheckRun(world, repo, run) } });
}

export function createCheckRun(world: World, repo: Repo, actor: Actor, input: Omit<CheckRun, "id">): CheckRun {
  const run: CheckRun = { id: world.id(), ...input };
  repo.checkRuns.push(run);
  announceCheck(world, repo, run, actor, "created");
  if (run.status === "completed") announceCheck(world, repo, run, actor, "completed");
  return run;
}

export function updateCheckRun(
  world: World,
  repo: Repo,
  run: CheckRun,
  actor: Actor,
  input: Partial<Omit<CheckRun, "id" | "sha" | "app">>,
): void {
  const before = run.status;
  Object.assign(run, input);
  if (input.conclusion) Object.assign(run, { status: "completed", completedAt: input.completedAt ?? world.now() });
  if (run.status === "completed" && before !== "completed") announceCheck(world, repo, run, actor, "completed");
  else world.changed(fullName(repo));
}
