/** Which of two descriptions of a pull request is the truth. */
import type { PullRequest } from "./events.ts";
import type { View } from "./plugin.ts";

/**
 * The newer of what an event says of its pull request and what GitHub says now: events come late and out of order, and
 * GitHub's answers come from replicas that lag. Times are whole seconds: within the same one GitHub's answer counts,
 * unless it still shows `headFrom`, the head before the event. Whether it can be merged, which events seldom know,
 * comes from GitHub.
 */
export async function latest(said: PullRequest, view: View, headFrom: string | null = null): Promise<PullRequest> {
  const now = await view.pullRequest();
  const newer = later(now, said);
  if (newer > 0 || (newer === 0 && now.head.sha !== headFrom)) return now;
  const same = now.head.sha === said.head.sha && now.base.ref === said.base.ref;
  return said.mergeable === null && same ? { ...said, mergeable: now.mergeable } : said;
}

/** How many milliseconds `a` is newer than `b`; NaN when one of them does not tell. */
function later(a: PullRequest, b: PullRequest): number {
  return Date.parse(a.updatedAt ?? "") - Date.parse(b.updatedAt ?? "");
}
