/** `cherry-pick-approved`: a review of a release branch's approver opens the branch for a change (spec chatops 2.29). */
import { goRegExp } from "../../config/goregexp.ts";
import type { RepoConfig } from "../../config/model.ts";
import { nothing } from "../decide.ts";
import type { ReviewEvent } from "../events.ts";
import { latest } from "../latest.ts";
import { hasLabel, sameLogin } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

const APPROVED = "cherry-pick-approved";
const NOT_APPROVED = "do-not-merge/cherry-pick-not-approved";

/** With any of these a change is not fit for a release branch. */
const OBSTACLES = [
  "do-not-merge/blocked-paths",
  "cncf-cla: no",
  "do-not-merge/hold",
  "do-not-merge/invalid-owners-file",
  "bugzilla/invalid-bug",
  "do-not-merge/contains-merge-commits",
  "needs-ok-to-test",
  "needs-rebase",
  "do-not-merge/release-note-label-needed",
  "do-not-merge/work-in-progress",
];

async function review({ action, review, pullRequest: said }: ReviewEvent, view: View): Promise<Decision> {
  if (action !== "submitted" || review.state !== "approved") return nothing("only new approving reviews count");
  const pullRequest = await latest(said, view);
  const entries = view.config.settings.cherry_pick_approved.filter(({ branchregexp }) =>
    goRegExp(branchregexp).test(pullRequest.base.ref),
  );
  if (entries.length === 0) return nothing(`${pullRequest.base.ref} needs no such approval`);
  const mine = entries.filter(({ approvers }) => approvers.some((login) => sameLogin(login, review.author.login)));
  if (mine.length === 0) return nothing(`${review.author.login} does not approve for ${pullRequest.base.ref}`);
  const labels = await view.labels();
  const fit = mine.some(
    (entry) =>
      (entry.allow_missing_lgtm_label || hasLabel(labels, "lgtm")) &&
      (entry.allow_missing_approved_label || hasLabel(labels, "approved")),
  );
  if (!fit) return nothing("lgtm or approved is missing");
  const obstacle = OBSTACLES.find((label) => hasLabel(labels, label));
  if (obstacle !== undefined) return nothing(`it has ${obstacle}`);
  const failed = (await view.statuses(pullRequest.head.sha)).find(
    ({ state }) => state === "failure" || state === "error",
  );
  if (failed) return nothing(`${failed.context} failed`);
  return {
    effects: [
      { kind: "addLabel", label: APPROVED },
      { kind: "removeLabel", label: NOT_APPROVED },
    ],
    why: `${review.author.login} approved it for ${pullRequest.base.ref}`,
  };
}

function describe({ settings: { cherry_pick_approved: entries } }: RepoConfig): string {
  const each = entries.map(({ branchregexp, approvers }) => `${branchregexp}: ${approvers.join(", ") || "nobody"}`);
  return each.length > 0 ? `Approvers by branch: ${each.join("; ")}.` : "Nobody approves for release branches.";
}

export const cherryPickApproved: Plugin = {
  name: "cherry-pick-approved",
  help: {
    description: `The cherry-pick-approved plugin adds the \`${APPROVED}\` label when an approver of the release branch approves the pull request in a review.`,
    commands: [],
    snippet: [
      "cherry_pick_approved:",
      "- org: org",
      "  repo: repo",
      "  branchregexp: ^release-.*$",
      "  approvers:",
      "  - release-manager",
    ].join("\n"),
    config: describe,
  },
  review,
};
