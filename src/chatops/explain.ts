/** What would happen if somebody said something: the dispatcher's answer to a comment that was never made. Nothing is sent. */
import { dispatch, type Dispatched } from "./dispatch.ts";
import type { Account, GenericComment } from "./events.ts";
import type { View } from "./plugin.ts";
import type { IssueFacts } from "./reads.ts";

/** GitHub takes no longer comment. Characters. */
export const LONGEST_COMMENT = 65_536;

/** GitHub gives no comment this id. */
const NEVER_MADE = 0;

/** An App speaks as `slug[bot]`. */
const accountOf = (login: string): Account => ({ login, type: /\[bot\]$/i.test(login) ? "Bot" : "User" });

function commentOn(issue: IssueFacts, guid: string, body: string, as: string): GenericComment {
  const author = accountOf(as);
  return {
    kind: "comment",
    guid,
    source: "issue_comment",
    action: "created",
    body: body.replaceAll("\r\n", "\n"),
    htmlUrl: issue.htmlUrl,
    commentId: NEVER_MADE,
    number: issue.number,
    isPullRequest: issue.isPullRequest,
    author,
    sender: author,
    state: issue.state,
    issueAuthor: issue.author,
    issueTitle: issue.title,
    issueBody: issue.body,
    issueHtmlUrl: issue.htmlUrl,
    assignees: issue.assignees,
    labels: issue.labels,
  };
}

/**
 * Decides on a comment as if `as` had just made it. Plugins that read the whole conversation find it there.
 * Rejects with GitHubError when the issue cannot be read.
 */
export async function explainComment(view: View, body: string, as: string): Promise<Dispatched> {
  const comment = commentOn(await view.issue(), view.guid, body, as);
  const at = new Date(view.now).toISOString();
  const said = { id: NEVER_MADE, author: as, body: comment.body, createdAt: at, updatedAt: at };
  return dispatch(comment, { ...view, comments: async () => [...(await view.comments()), said] });
}
