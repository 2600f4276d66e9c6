/** Which of two descriptions of a pull request is the truth. */
import type { PullRequest } from "./events.ts";
import type { View } from "./plugin.ts";

/**
 * The newer of what an event says of its pull request and what GitHub says now: events come late and out of order, and
 * GitHub's answers come from replicas that lag. Whether it can be merged, which events seldom know, comes from GitHub.
 */
export async function latest(said: PullRequest, view: View): Promise<PullRequest> {
  const now = await view.pullRequest();
  if (isNewer(now, said)) return now;
  const same = now.head.sha === said.head.sha && now.base.ref === said.base.ref;
  return said.mergeable === null && same ? { ...said, mergeable: now.mergeable } : said;
}

function isNewer(a: PullRequest, b: PullRequest): boolean {
  return a.updatedAt !== undefined && b.updatedAt !== undefined && Date.parse(a.updatedAt) > Date.parse(b.updatedAt);
}
