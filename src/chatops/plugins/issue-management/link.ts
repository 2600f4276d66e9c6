/** /link-issue and /unlink-issue (spec chatops 2.25). */
import { nothing } from "../../decide.ts";
import type { Effect } from "../../effects.ts";
import type { GenericComment } from "../../events.ts";
import { answered, reply } from "../../messages.ts";
import {
  badReference,
  isPullRequest,
  linkIsForPullRequests,
  missingIssue,
  onlyMembers,
  referencesRefused,
} from "../../messages-issue-management.ts";
import type { Decision, View } from "../../plugin.ts";
import { formatReference, parseReference, withReferences } from "./fixes-line.ts";

/** Each one is looked up. */
const MOST_REFERENCES = 20;

export async function link(
  add: readonly string[],
  remove: readonly string[],
  comment: GenericComment,
  view: View,
): Promise<Decision> {
  const say = (text: string): Effect => ({ kind: "comment", body: reply(answered(comment), view, text) });
  if (!comment.isPullRequest) return { effects: [say(linkIsForPullRequests())], why: "this is an issue" };
  const { owner } = view.repository;
  if (!(await view.isMember(owner, comment.sender.login))) {
    return { effects: [say(onlyMembers(owner))], why: `${comment.sender.login} is no member of ${owner}` };
  }
  const faults: string[] = [];
  const adding = await checked(add, view, faults);
  const removing = await checked(remove, view, faults);
  const { body } = await view.pullRequest();
  // GitHub sends descriptions with CRLF when they were written in a browser.
  const before = body.replaceAll("\r\n", "\n");
  const after = withReferences(before, adding, removing);
  const effects: Effect[] = after === before ? [] : [{ kind: "editIssue", changes: { body: after } }];
  if (faults.length > 0) effects.push(say(referencesRefused(faults, after !== before)));
  return effects.length > 0
    ? { effects, why: `links ${adding.length}, unlinks ${removing.length}` }
    : nothing("linked so already");
}

/** The references that are issues, as they stand in a description. */
async function checked(words: readonly string[], view: View, faults: string[]): Promise<readonly string[]> {
  const { owner, repo } = view.repository;
  const good: string[] = [];
  for (const word of words.slice(0, MOST_REFERENCES)) {
    const reference = parseReference(word, { owner, repo });
    if (!reference) {
      faults.push(badReference(word));
      continue;
    }
    const issue = await view.issueOf(reference.owner, reference.repo, reference.number);
    const text = formatReference(reference, { owner, repo });
    if (!issue) faults.push(missingIssue(text));
    else if (issue.isPullRequest) faults.push(isPullRequest(text));
    else good.push(text);
  }
  return good;
}
