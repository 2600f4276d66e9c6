/** `cherry-pick-unapproved`: what goes to a release branch waits for its approval (spec chatops 2.29). */
import { goRegExp } from "../../config/goregexp.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { PullRequestEvent } from "../events.ts";
import { latest } from "../latest.ts";
import { CHERRY_PICK_MARKER, cherryPickNotApproved } from "../messages-owners.ts";
import { hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

const APPROVED = "cherry-pick-approved";
const NOT_APPROVED = "do-not-merge/cherry-pick-not-approved";
const ACTIONS = ["opened", "reopened", "labeled", "unlabeled", "edited"];

async function pullRequest(event: PullRequestEvent, view: View): Promise<Decision> {
  const { action, changes } = event;
  const retargeted = changes.baseRefFrom !== null;
  if (!ACTIONS.includes(action) || (action === "edited" && !retargeted))
    return nothing(`${action} changes nothing here`);
  const { branchregexp, comment } = view.config.settings.cherry_pick_unapproved;
  const { base } = await latest(event.pullRequest, view);
  const release = goRegExp(branchregexp).test(base.ref);
  if (!release && !retargeted) return nothing(`${base.ref} needs no approval`);
  const labels = await view.labels();
  const approved = hasLabel(labels, APPROVED);
  const marked = hasLabel(labels, NOT_APPROVED);
  const unmark: Effect[] = [
    { kind: "removeLabel", label: NOT_APPROVED },
    { kind: "deleteComments", marker: CHERRY_PICK_MARKER },
  ];
  if (!release) {
    const effects: Effect[] = [
      ...(marked ? unmark : []),
      ...(approved ? [{ kind: "removeLabel", label: APPROVED } as const] : []),
    ];
    return { effects, why: `${base.ref} needs no approval` };
  }
  if (approved) return { effects: marked ? unmark : [], why: "it is approved for the branch" };
  if (marked) return nothing("it waits for approval already");
  const body = cherryPickNotApproved(comment, base.ref, APPROVED, NOT_APPROVED);
  return {
    effects: [
      { kind: "addLabel", label: NOT_APPROVED },
      { kind: "upsertComment", marker: CHERRY_PICK_MARKER, body },
    ],
    why: `${base.ref} needs ${APPROVED}`,
  };
}

export const cherryPickUnapproved: Plugin = {
  name: "cherry-pick-unapproved",
  help: {
    description: `The cherry-pick-unapproved plugin keeps the \`${NOT_APPROVED}\` label on pull requests of release branches until they have \`${APPROVED}\`.`,
    commands: [],
    snippet:
      "cherry_pick_unapproved:\n  branchregexp: ^release-.*$\n  comment: Ask the release managers for their approval.",
    config: ({ settings }) => `Branches that match ${settings.cherry_pick_unapproved.branchregexp} need approval.`,
  },
  pullRequest,
};
