/** Comments that were deleted though no webhook told: found by their number, once a week (spec velodrome 1.3: deletions seen). */
import { PER_PAGE } from "./cursor.ts";
import type { Place } from "./lists.ts";
import { commentRecord, Comments } from "./payloads.ts";
import type { CommentRecord } from "./rows.ts";
import { isGone } from "./single.ts";
import { used } from "./save.ts";

/** Of one page of issues: so many rows of ours are counted. */
const MOST_COUNTED = 1500;

/** Issues whose conversation has another number of comments at GitHub than here. (`+review`: by the index of issues.) */
export async function miscounted(
  db: D1Database,
  repository: string,
  issues: readonly { readonly number: number; readonly comments: number }[],
): Promise<{ readonly numbers: readonly number[]; readonly read: number }> {
  let left = MOST_COUNTED;
  const counted = issues.filter(({ comments }) => {
    if (comments > left) return false;
    left -= comments;
    return true;
  });
  const query = `SELECT issue, count(*) AS count FROM mirror_comment
    WHERE repository = ? AND issue IN (SELECT value FROM json_each(?)) AND +review = 0 AND gone = 0 GROUP BY issue`;
  const numbers = JSON.stringify(counted.map(({ number }) => number));
  const answer = await db.prepare(query).bind(repository, numbers).all<{ issue: number; count: number }>();
  const ours = new Map(answer.results.map(({ issue, count }) => [issue, count]));
  const wrong = counted.filter(({ number, comments }) => (ours.get(number) ?? 0) !== comments);
  return { numbers: wrong.map(({ number }) => number), read: used([answer]) };
}

/** A page of one issue's comments. */
export async function conversationPage({ client, owner, repo, now }: Place, issue_number: number, page: number) {
  try {
    const query = { owner, repo, issue_number, page, per_page: PER_PAGE };
    const { data } = await client.request("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", query);
    const comments: readonly CommentRecord[] = Comments.parse(data).map((one) =>
      commentRecord(one, issue_number, false, now),
    );
    return { comments, last: data.length < PER_PAGE };
  } catch (error) {
    if (isGone(error)) return { comments: [], last: true };
    throw error;
  }
}

/** Those of an issue that we had before `since` (milliseconds) and that are not among `kept` are gone. */
export async function buryComments(
  db: D1Database,
  repository: string,
  issue: number,
  kept: readonly number[],
  since: number,
): Promise<number> {
  const query = `UPDATE mirror_comment SET gone = 1 WHERE repository = ? AND issue = ? AND +review = 0 AND gone = 0
    AND seen < ? AND id NOT IN (SELECT value FROM json_each(?))`;
  return used([await db.prepare(query).bind(repository, issue, since, JSON.stringify(kept)).run()]);
}
