/** What the trigger plugin says of jobs that a repository brings itself (spec jobs 1.11). */
import type { RepoJobs } from "../../../config/in-repo.ts";
import type { Problem } from "../../../config/model.ts";
import type { Effect } from "../../effects.ts";
import type { PullRequest } from "../../events.ts";
import { IN_REPO_MARKER, inRepoBroken, inRepoBrokenStatus } from "../../messages-in-repo.ts";

const CONTEXT = "in-repo-config";

/** For the reasons of a decision. */
export const brokenNote = ([first]: readonly Problem[]): string =>
  first ? `; the repository's own jobs cannot be used: ${first.file}:${first.line}: ${first.message}` : "";

/** A status on the head and one comment, of a pull request that changes those jobs; nothing of one that does not. */
export function inRepoEffects({ problems, changed }: RepoJobs, { head, htmlUrl }: PullRequest): readonly Effect[] {
  const forget: Effect = { kind: "deleteComments", marker: IN_REPO_MARKER };
  if (!changed) return [forget];
  const status = { kind: "setStatus", sha: head.sha, context: CONTEXT, targetUrl: htmlUrl } as const;
  if (problems.length === 0)
    return [{ ...status, state: "success", description: "This repository's jobs can be used." }, forget];
  return [
    { ...status, state: "failure", description: inRepoBrokenStatus(problems) },
    { kind: "upsertComment", marker: IN_REPO_MARKER, body: inRepoBroken(problems) },
  ];
}
