/** Merging: what GitHub's refusals mean, and what a merge commit says (spec jobs 5.2, 5.8). */
import { renderTemplate } from "../jobs/template.ts";
import type { MergeFailure, PoolSettings, PullFacts } from "./model.ts";

/** GitHub's answer to a merge that it refuses (spec jobs 5.8): its words first, since it gives one status for several reasons. */
export function failureOf(status: number, message: string): MergeFailure {
  if (/base branch was modified/i.test(message)) return "base-modified";
  if (status === 409 || /head branch was modified/i.test(message)) return "head-modified";
  if (/not authorized|not permitted|protected branch hook declined|resource not accessible/i.test(message)) {
    return "not-authorized";
  }
  if (/(merge commits|squash merges|rebase merges) are not allowed/i.test(message)) return "method-forbidden";
  if (status === 405) return "unmergeable";
  return status === 403 || status === 401 ? "not-authorized" : "other";
}

/** Whether the same may go through in a moment. */
export const retries = (kind: MergeFailure): boolean => kind === "base-modified";

/** Whether the other pull requests of a batch can be merged after one was refused. */
export const goesOn = (kind: MergeFailure): boolean => kind !== "not-authorized" && kind !== "method-forbidden";

/** Title and body of the merge commit; empty: GitHub's own words. A template that cannot be carried out gives none. */
export function commitText(
  { template }: Pick<PoolSettings, "template">,
  facts: PullFacts,
  { org, repo }: { readonly org: string; readonly repo: string },
): { readonly title: string; readonly body: string } {
  const values = {
    NameWithOwner: `${org}/${repo}`,
    Number: facts.number,
    Org: org,
    Repo: repo,
    BaseRefName: facts.baseRef,
    HeadRefName: facts.headRef,
    HeadRefOID: facts.headSha,
    Title: facts.title,
    Body: facts.body,
    AuthorLogin: facts.author,
  };
  const rendered = (text: string): string => (text === "" ? "" : (renderTemplate(text, values) ?? ""));
  return { title: rendered(template.title), body: rendered(template.body) };
}
