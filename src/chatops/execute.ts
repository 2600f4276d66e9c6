/** Carries out one effect (design 1.1, 1.2): idempotent calls are made, others are looked up before they are repeated. */
import type { Effect, MissingReply } from "./effects.ts";
import { GitHubError, type GitHubClient } from "../github/index.ts";
import type { ProwJob } from "../jobs/prowjob.ts";

/** The bot's own comments of one conversation, as the object remembers them. */
export interface Posted {
  /** Ids of remembered comments whose body contains a text, oldest first. */
  containing(text: string): readonly { readonly id: number; readonly body: string }[];
  put(id: number, body: string): void;
  drop(id: number): void;
  /** Whether GitHub was asked once for what was there before. */
  readonly adopted: boolean;
  adopt(comments: readonly { id: number; body: string }[]): void;
}

export interface Execution {
  readonly client: GitHubClient;
  readonly owner: string;
  readonly repo: string;
  /** 0 in a repository's outbox. */
  readonly number: number;
  /** Hidden mark of what this very effect posts, e.g. `<!-- cutwater:<guid>:3 -->`. */
  readonly marker: string;
  /** Whether it may have been tried before: then what is not idempotent is looked up first. */
  readonly again: boolean;
  readonly posted: Posted;
  botLogin(): Promise<string>;
  startJob(job: ProwJob): Promise<boolean>;
  abortJobs(effect: Extract<Effect, { kind: "abortJobs" }>): Promise<number>;
}

export interface Done {
  readonly state: "done" | "noop";
  /** One line for /deliveries. */
  readonly answer: string;
  /** What follows from the answer. */
  readonly follow?: readonly Effect[];
}

const done = (answer: string, follow: readonly Effect[] = []): Done => ({ state: "done", answer, follow });
const noop = (answer: string): Done => ({ state: "noop", answer });

interface CommentAnswer {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly login: string } | null;
}

const sameLogin = (a: string, b: string): boolean =>
  a.toLowerCase().replace(/\[bot\]$/, "") === b.toLowerCase().replace(/\[bot\]$/, "");
const isStatus = (error: unknown, ...statuses: number[]): boolean =>
  error instanceof GitHubError && statuses.includes(error.status);

/** Throws {@link GitHubError} (see its `kind`) when GitHub says no or nothing, and whatever a durable object throws. */
export async function execute(effect: Effect, x: Execution): Promise<Done> {
  const { client, owner, repo } = x;
  const issue = { owner, repo, issue_number: x.number };
  switch (effect.kind) {
    case "addLabel": {
      const { status } = await client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", {
        ...issue,
        labels: [effect.label],
      });
      return done(`${status}: labelled ${effect.label}`);
    }
    case "removeLabel":
      return gone(
        client.request("DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", {
          ...issue,
          name: effect.label,
        }),
        `removed ${effect.label}`,
      );
    case "comment":
      return comment(x, `${effect.body}\n${x.marker}`, x.marker);
    case "upsertComment":
      return upsert(
        x,
        effect.marker,
        effect.body.includes(effect.marker) ? effect.body : `${effect.body}\n${effect.marker}`,
      );
    case "deleteComments":
      return deleteComments(x, effect.marker);
    case "assign":
      return assign(x, effect.logins, effect.onMissing);
    case "unassign": {
      await client.request("DELETE /repos/{owner}/{repo}/issues/{issue_number}/assignees", {
        ...issue,
        assignees: effect.logins,
      });
      return done(`unassigned ${effect.logins.join(", ")}`);
    }
    case "requestReview":
      return requestReview(x, effect.users, effect.teams, effect.onMissing);
    case "removeReviewRequest": {
      const people = { reviewers: effect.users, team_reviewers: effect.teams };
      await client.request("DELETE /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", {
        owner,
        repo,
        pull_number: x.number,
        ...people,
      });
      return done(`withdrew the request to ${[...effect.users, ...effect.teams].join(", ")}`);
    }
    case "setStatus": {
      const { sha, context, state, description, targetUrl } = effect;
      await client.request("POST /repos/{owner}/{repo}/statuses/{sha}", {
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
    case "startJobs": {
      const created = await Promise.all(effect.jobs.map((job) => x.startJob(job)));
      const count = created.filter(Boolean).length;
      return count > 0 ? done(`started ${count} of ${created.length}`) : noop("all of them were started before");
    }
    case "abortJobs": {
      const count = await x.abortJobs(effect);
      return count > 0 ? done(`aborted ${count}`) : noop("nothing was running");
    }
    case "approveWorkflowRuns":
      return workflowRuns(x, effect, "action_required", "approve");
    case "rerunWorkflowRuns":
      return workflowRuns(x, effect, "failure", "rerun-failed-jobs");
  }
}

/** A removal whose object is not there has nothing to do. */
async function gone(call: Promise<{ status: number }>, what: string): Promise<Done> {
  try {
    const { status } = await call;
    return done(`${status}: ${what}`);
  } catch (error) {
    if (isStatus(error, 404, 410)) return noop("404: it was not there");
    throw error;
  }
}

async function ownComments(x: Execution): Promise<CommentAnswer[]> {
  const bot = await x.botLogin();
  const all = await x.client.paginate<CommentAnswer>("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    owner: x.owner,
    repo: x.repo,
    issue_number: x.number,
  });
  return all.filter((one) => one.user !== null && sameLogin(one.user.login, bot));
}

async function comment(x: Execution, body: string, lookFor: string): Promise<Done> {
  const { owner, repo } = x;
  if (x.again) {
    const there = (await ownComments(x)).find((one) => one.body.includes(lookFor));
    if (there) {
      x.posted.put(there.id, there.body);
      return noop(`comment ${there.id} was posted before`);
    }
  }
  const { data } = await x.client.request<CommentAnswer>("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    owner,
    repo,
    issue_number: x.number,
    body,
  });
  x.posted.put(data.id, body);
  return done(`comment ${data.id}`);
}

/** Asks GitHub once in a conversation's life what the bot said before this object began to remember. */
async function adopt(x: Execution): Promise<void> {
  if (x.posted.adopted) return;
  x.posted.adopt(await ownComments(x));
}

async function upsert(x: Execution, marker: string, body: string): Promise<Done> {
  await adopt(x);
  const { owner, repo } = x;
  for (const known of x.posted.containing(marker)) {
    if (known.body === body) return noop(`comment ${known.id} says so already`);
    try {
      await x.client.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", {
        owner,
        repo,
        comment_id: known.id,
        body,
      });
      x.posted.put(known.id, body);
      return done(`comment ${known.id} edited`);
    } catch (error) {
      if (!isStatus(error, 404, 410)) throw error;
      x.posted.drop(known.id);
    }
  }
  return comment(x, body, marker);
}

async function deleteComments(x: Execution, marker: string): Promise<Done> {
  await adopt(x);
  const theirs = x.posted.containing(marker);
  for (const { id } of theirs) {
    await gone(
      x.client.request("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", {
        owner: x.owner,
        repo: x.repo,
        comment_id: id,
      }),
      "deleted",
    );
    x.posted.drop(id);
  }
  return theirs.length > 0 ? done(`deleted ${theirs.length}`) : noop("there was none");
}

function missing(logins: readonly string[], reply: MissingReply | undefined): readonly Effect[] {
  if (logins.length === 0 || !reply) return [];
  return [{ kind: "comment", body: `${reply.before}${logins.join(", ")}${reply.after}` }];
}

async function assign(x: Execution, logins: readonly string[], reply: MissingReply | undefined): Promise<Done> {
  const { data } = await x.client.request<{ assignees?: readonly { login: string }[] }>(
    "POST /repos/{owner}/{repo}/issues/{issue_number}/assignees",
    {
      owner: x.owner,
      repo: x.repo,
      issue_number: x.number,
      assignees: logins,
    },
  );
  const present = new Set((data.assignees ?? []).map((one) => one.login.toLowerCase()));
  const absent = logins.filter((login) => !present.has(login.toLowerCase()));
  return done(`assigned ${logins.length - absent.length} of ${logins.length}`, missing(absent, reply));
}

async function requestReview(
  x: Execution,
  users: readonly string[],
  teams: readonly string[],
  reply: MissingReply | undefined,
): Promise<Done> {
  const ask = (reviewers: readonly string[], team_reviewers: readonly string[]) =>
    x.client.request("POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", {
      owner: x.owner,
      repo: x.repo,
      pull_number: x.number,
      reviewers,
      team_reviewers,
    });
  const all = [...users, ...teams];
  try {
    await ask(users, teams);
    return done(`asked ${all.join(", ")}`);
  } catch (error) {
    if (!isStatus(error, 422)) throw error;
  }
  const refused: string[] = [];
  for (const [who, isTeam] of [
    ...users.map((user) => [user, false] as const),
    ...teams.map((team) => [team, true] as const),
  ]) {
    try {
      await ask(isTeam ? [] : [who], isTeam ? [who] : []);
    } catch (error) {
      if (!isStatus(error, 422)) throw error;
      refused.push(who);
    }
  }
  return done(`asked ${all.length - refused.length} of ${all.length}`, missing(refused, reply));
}

async function workflowRuns(
  x: Execution,
  { sha, branch }: { sha: string; branch: string },
  status: string,
  verb: "approve" | "rerun-failed-jobs",
): Promise<Done> {
  const { owner, repo } = x;
  const { data } = await x.client.request<{ workflow_runs?: readonly { id: number }[] }>(
    "GET /repos/{owner}/{repo}/actions/runs",
    {
      owner,
      repo,
      head_sha: sha,
      branch,
      event: "pull_request",
      status,
      per_page: 100,
    },
  );
  const runs = data.workflow_runs ?? [];
  let refused = 0;
  for (const { id } of runs) {
    try {
      await x.client.request(`POST /repos/{owner}/{repo}/actions/runs/{run_id}/${verb}`, { owner, repo, run_id: id });
    } catch (error) {
      // A run that cannot be approved or re-run (any more) is no reason to stop the others (spec chatops 2.1.3).
      if (!isStatus(error, 403, 404, 409, 422)) throw error;
      refused += 1;
    }
  }
  return runs.length > 0 ? done(`${verb}: ${runs.length - refused} of ${runs.length}`) : noop("no workflow run waits");
}
