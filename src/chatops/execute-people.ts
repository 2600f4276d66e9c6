/** Assignees and reviewers, and who of them GitHub left out (spec chatops 1.11). */
import type { Effect, MissingAmong } from "./effects.ts";
import type { Done, Execution } from "./execution.ts";
import { done, isStatus } from "./execution.ts";

const issueOf = ({ owner, repo, number }: Execution) => ({ owner, repo, issue_number: number });
const pullOf = ({ owner, repo, number }: Execution) => ({ owner, repo, pull_number: number });

/** GitHub drops who cannot be assigned without a word: the answer's assignees tell. */
export async function assign(x: Execution, logins: readonly string[], replies: readonly MissingAmong[]): Promise<Done> {
  const { data } = await x.client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/assignees", {
    ...issueOf(x),
    assignees: [...logins],
  });
  const present = new Set((data.assignees ?? []).map(({ login }) => login.toLowerCase()));
  const absent = logins.filter((login) => !present.has(login.toLowerCase()));
  return done(`assigned ${logins.length - absent.length} of ${logins.length}`, missing(absent, replies));
}

export async function unassign(x: Execution, logins: readonly string[]): Promise<Done> {
  await x.client.request("DELETE /repos/{owner}/{repo}/issues/{issue_number}/assignees", {
    ...issueOf(x),
    assignees: [...logins],
  });
  return done(`unassigned ${logins.join(", ")}`);
}

/** One refused reviewer makes GitHub refuse all: then each is asked alone. */
export async function requestReview(
  x: Execution,
  users: readonly string[],
  teams: readonly string[],
  replies: readonly MissingAmong[],
): Promise<Done> {
  const each = [...users.map((user) => [[user], []] as const), ...teams.map((team) => [[], [team]] as const)];
  if (await accepted(x, users, teams)) return done(`asked ${[...users, ...teams].join(", ")}`);
  const refused: string[] = [];
  for (const [user, team] of each) {
    if (each.length === 1 || !(await accepted(x, user, team))) refused.push(...user, ...team);
  }
  return done(`asked ${each.length - refused.length} of ${each.length}`, missing(refused, replies));
}

async function accepted(x: Execution, users: readonly string[], teams: readonly string[]): Promise<boolean> {
  try {
    await x.client.request("POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", {
      ...pullOf(x),
      reviewers: [...users],
      team_reviewers: [...teams],
    });
    return true;
  } catch (error) {
    if (isStatus(error, 422)) return false;
    throw error;
  }
}

export async function removeReviewRequest(
  x: Execution,
  users: readonly string[],
  teams: readonly string[],
): Promise<Done> {
  await x.client.request("DELETE /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", {
    ...pullOf(x),
    reviewers: [...users],
    team_reviewers: [...teams],
  });
  return done(`withdrew the request to ${[...users, ...teams].join(", ")}`);
}

function missing(names: readonly string[], replies: readonly MissingAmong[]): readonly Effect[] {
  return replies.flatMap(({ names: asked, reply }) => {
    const told = names.filter((name) => asked.some((one) => one.toLowerCase() === name.toLowerCase()));
    return told.length > 0 ? [{ kind: "comment", body: `${reply.before}${told.join(", ")}${reply.after}` }] : [];
  });
}
