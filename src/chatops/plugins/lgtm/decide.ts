/** /lgtm and its cancel, from comments and reviews alike (spec chatops 2.3). */
import type { Effect } from "../../effects.ts";
import type { Account } from "../../events.ts";
import {
  type Answered,
  LGTM_REMOVED,
  lgtmNotCollaborator,
  lgtmNotOwner,
  lgtmOwnPullRequest,
  reply,
  TREE_HASH_START,
  treeHashNotice,
} from "../../messages.ts";
import { hasLabel, sameLogin } from "../../permissions.ts";
import type { Decision, View } from "../../plugin.ts";
import { mayReview } from "./permission.ts";
import { isSticky } from "./sticky.ts";

export const LGTM = "lgtm";

export interface Act {
  /** Adding wins when one text says both. */
  readonly add: boolean;
  readonly login: string;
  readonly author: Account;
  readonly assignees: readonly string[];
  readonly answered: Answered;
}

/** Order: the author may cancel but not give; permission; assignment; the label; notices. */
export async function decide(act: Act, view: View): Promise<Decision> {
  const isAuthor = sameLogin(act.login, act.author.login);
  const say = (message: string): Effect => ({ kind: "comment", body: reply(act.answered, view, message) });
  if (isAuthor && act.add) return { effects: [say(lgtmOwnPullRequest())], why: "authors cannot lgtm their own change" };
  const effects: Effect[] = [];
  if (!isAuthor) {
    const permission = await mayReview.check(act.login, view);
    if (!permission.trusted) {
      const byOwners = view.config.owners.skip_collaborators;
      const message = byOwners ? lgtmNotOwner(permission.checked) : lgtmNotCollaborator();
      return { effects: [say(message)], why: `${act.login} may not: ${mayReview.who}` };
    }
    const assigned = act.assignees.some((login) => sameLogin(login, act.login));
    if (!view.config.owners.skip_collaborators && !assigned) effects.push({ kind: "assign", logins: [act.login] });
  }
  const has = hasLabel(await view.labels(), LGTM);
  if (act.add === has) return { effects, why: act.add ? "it has the label already" : "it has no lgtm label" };
  return act.add ? added(effects, act, view) : cancelled(effects, act, view);
}

async function added(before: readonly Effect[], act: Act, view: View): Promise<Decision> {
  const effects: Effect[] = [...before, { kind: "addLabel", label: LGTM }];
  if (await isSticky(act.author.login, view)) return { effects, why: "lgtm; later pushes of this author keep it" };
  if (view.config.lgtm.store_tree_hash) {
    const { head } = await view.pullRequest();
    effects.push({ kind: "comment", body: treeHashNotice(await view.treeSha(head.sha)) });
  }
  effects.push({ kind: "deleteComments", marker: LGTM_REMOVED });
  return { effects, why: "lgtm" };
}

async function cancelled(before: readonly Effect[], act: Act, view: View): Promise<Decision> {
  const effects: Effect[] = [...before, { kind: "removeLabel", label: LGTM }];
  if (view.config.lgtm.store_tree_hash) {
    effects.push(...askAgain(act.assignees, act.author), { kind: "deleteComments", marker: TREE_HASH_START });
  }
  return { effects, why: "lgtm is cancelled" };
}

/** Asks the assignees for another review; GitHub refuses the author's. */
export function askAgain(assignees: readonly string[], author: Account): readonly Effect[] {
  const users = assignees.filter((login) => !sameLogin(login, author.login));
  return users.length > 0 ? [{ kind: "requestReview", users, teams: [] }] : [];
}
