/** `lgtm`: a reviewer says that a change looks good; a push takes that back (spec chatops 2.3). */
import type { RepoConfig } from "../../config/model.ts";
import { type CommandTable, deafTo, heard, helpOf, verbsOf, words } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { GenericComment, ReviewEvent } from "../events.ts";
import { answered } from "../messages.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { decide } from "./lgtm/decide.ts";
import { mayReview } from "./lgtm/permission.ts";
import { pullRequest } from "./lgtm/push.ts";

const table: CommandTable<"add" | "cancel"> = {
  on: "pull requests",
  openOnly: true,
  commands: [
    {
      verbs: ["lgtm"],
      parse: (rest) => {
        if (words(rest).length === 0 || /^ no-issue[\t\f\r ]*$/i.test(rest)) return "add";
        return /^ cancel[\t\f\r ]*$/i.test(rest) ? "cancel" : null;
      },
      who: mayReview,
      usage: "/lgtm [cancel]",
      description: "Adds the `lgtm` label, which a merge needs, or removes it. The author may remove it too.",
      examples: ["/lgtm", "/lgtm cancel"],
      featured: true,
    },
    {
      verbs: ["remove-lgtm"],
      parse: (rest) => (words(rest).length === 0 ? "cancel" : null),
      who: mayReview,
      usage: "/remove-lgtm",
      description: "Removes the `lgtm` label. The author may do this too.",
      examples: ["/remove-lgtm"],
    },
  ],
};

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const said = heard(table, comment).map((command) => command.said);
  if (said.length === 0) return nothing("no command of it");
  const { issueAuthor: author, assignees, sender } = comment;
  const act = { add: said.includes("add"), login: sender.login, author, assignees, answered: answered(comment) };
  return decide(act, view);
}

/** Approving and requesting changes count as /lgtm and /lgtm cancel, where configured. */
async function review(event: ReviewEvent, view: View): Promise<Decision> {
  if (!view.config.lgtm.review_acts_as_lgtm) return nothing("reviews do not act as lgtm here");
  const { review, pullRequest } = event;
  if (event.action !== "submitted") return nothing(`the review was ${event.action}, only new ones count`);
  if (pullRequest.state !== "open") return nothing(`this is ${pullRequest.state}`);
  if (review.author.type === "Bot") return nothing("reviews of apps do not count");
  if (review.state !== "approved" && review.state !== "changes_requested") return nothing("the review takes no side");
  if (saysLgtm(event)) return nothing("the command in its text counts instead");
  const { login } = review.author;
  const act = {
    add: review.state === "approved",
    login,
    author: pullRequest.author,
    assignees: pullRequest.assignees,
    answered: { login, body: review.body, htmlUrl: review.htmlUrl },
  };
  return decide(act, view);
}

/** Whether the text of a review has a command of its own: that arrives as a comment too. */
function saysLgtm({ guid, sender, pullRequest, review }: ReviewEvent): boolean {
  const text: GenericComment = {
    kind: "comment",
    guid,
    source: "pull_request_review",
    action: "created",
    body: review.body,
    htmlUrl: review.htmlUrl,
    commentId: null,
    number: pullRequest.number,
    isPullRequest: true,
    author: review.author,
    sender,
    state: pullRequest.state,
    issueAuthor: pullRequest.author,
    issueTitle: pullRequest.title,
    issueBody: pullRequest.body,
    issueHtmlUrl: pullRequest.htmlUrl,
    assignees: pullRequest.assignees,
    labels: pullRequest.labels,
  };
  return heard(table, text).length > 0;
}

function describe({ lgtm }: RepoConfig): string {
  const parts = [lgtm.review_acts_as_lgtm ? "Approving reviews act as /lgtm." : "Reviews do not act as /lgtm."];
  if (lgtm.store_tree_hash) parts.push("A push that leaves the tree as it was keeps the label.");
  if (lgtm.trusted_team_for_sticky_lgtm) {
    parts.push(`Pushes of members of ${lgtm.trusted_team_for_sticky_lgtm} keep it.`);
  }
  return parts.join(" ");
}

export const lgtm: Plugin = {
  name: "lgtm",
  help: {
    description: "The lgtm plugin manages the `lgtm` label, and takes it off when something new is pushed.",
    commands: helpOf(table),
    snippet: [
      "lgtm:",
      "- repos:",
      "  - org/repo",
      "  review_acts_as_lgtm: true",
      "  store_tree_hash: true",
      "  trusted_team_for_sticky_lgtm: release-team",
    ].join("\n"),
    config: describe,
  },
  verbs: verbsOf(table),
  comment,
  review,
  pullRequest,
};
