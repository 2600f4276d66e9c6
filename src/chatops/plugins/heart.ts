/** `heart`: reacts to people it adores, and to new owners (spec chatops 2.36). */
import { goRegExp } from "../../config/goregexp.ts";
import { nothing } from "../decide.ts";
import type { Reaction } from "../effects.ts";
import type { GenericComment, PullRequestEvent } from "../events.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { chosen } from "../random.ts";

const REACTIONS: readonly Reaction[] = ["+1", "heart", "hooray"];

const reaction = (view: View): Reaction => REACTIONS[chosen(view.guid, REACTIONS.length)] ?? "heart";

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const { adorees, commentregexp } = view.config.settings.heart;
  if (comment.action !== "created" || comment.source !== "issue_comment" || comment.commentId === null)
    return nothing("it looks at new comments");
  if (!comment.isPullRequest) return nothing("it looks at pull requests");
  const adored = adorees.some((one) => one.toLowerCase() === comment.author.login.toLowerCase());
  if (!adored) return nothing(`${comment.author.login} is not among those it adores`);
  if (commentregexp === "" || !goRegExp(commentregexp).test(comment.body)) return nothing("the text does not match");
  const to = { source: "issue_comment", id: comment.commentId } as const;
  return { effects: [{ kind: "react", to, content: reaction(view) }], why: `it adores ${comment.author.login}` };
}

async function pullRequest({ action }: PullRequestEvent, view: View): Promise<Decision> {
  if (action !== "opened") return nothing("it looks at new pull requests");
  const { owners, owners_aliases } = view.config.owners.filenames;
  const names = new Set([owners, owners_aliases]);
  const files = await view.files();
  const grown = files.some(({ filename, additions }) => additions > 0 && names.has(filename.split("/").at(-1) ?? ""));
  if (!grown) return nothing("nobody becomes an owner");
  return { effects: [{ kind: "react", to: null, content: reaction(view) }], why: "somebody becomes an owner" };
}

export const heart: Plugin = {
  name: "heart",
  help: {
    description: "The heart plugin reacts to comments of some people, and to pull requests that add owners.",
    commands: [],
    snippet: 'heart:\n  adorees: [my-merge-robot]\n  commentregexp: ".*merging.*"',
    config: ({ settings }) =>
      settings.heart.adorees.length > 0 ? `It adores ${settings.heart.adorees.join(", ")}.` : "It adores nobody.",
  },
  comment,
  pullRequest,
};
