/** What a push does to the label (spec chatops 2.3, behaviour 6). */
import { nothing } from "../../decide.ts";
import type { Effect } from "../../effects.ts";
import type { PullRequestEvent } from "../../events.ts";
import { latest } from "../../latest.ts";
import { LGTM_REMOVED, treeHashIn } from "../../messages.ts";
import { hasLabel, isBot } from "../../permissions.ts";
import type { Decision, IssueComment, View } from "../../plugin.ts";
import { askAgain, LGTM } from "./decide.ts";
import { isSticky } from "./sticky.ts";

/** A new head takes the label off, unless its author's pushes keep it or the tree is the one that was lgtm'd. */
export async function pullRequest(event: PullRequestEvent, view: View): Promise<Decision> {
  if (event.action !== "synchronize") return nothing(`${event.action} changes no lgtm`);
  const pullRequest = await latest(event.pullRequest, view, event.changes.headFrom);
  if (pullRequest.merged) return nothing("it is merged");
  if (!hasLabel(await view.labels(), LGTM)) return nothing("it has no lgtm label");
  const team = view.config.lgtm.trusted_team_for_sticky_lgtm;
  if (await isSticky(pullRequest.author.login, view)) return nothing(`kept: the author is in ${team}`);
  const { store_tree_hash } = view.config.lgtm;
  if (store_tree_hash) {
    const agreed = await agreedTree(view);
    if (agreed !== null && agreed === (await view.treeSha(pullRequest.head.sha))) {
      return nothing(`kept: the tree is still ${agreed}`);
    }
  }
  const effects: Effect[] = [
    { kind: "removeLabel", label: LGTM },
    ...(store_tree_hash ? askAgain(pullRequest.assignees, pullRequest.author) : []),
    { kind: "comment", body: LGTM_REMOVED },
  ];
  return { effects, why: "something new was pushed" };
}

/** The tree in the newest notice of the bot that nobody edited, or null. */
async function agreedTree(view: View): Promise<string | null> {
  const ours: { readonly created: number; readonly tree: string }[] = [];
  for (const comment of await view.comments()) {
    const tree = isUntouched(comment) ? treeHashIn(comment.body) : null;
    if (tree !== null && (await isBot(view, comment.author)))
      ours.push({ created: Date.parse(comment.createdAt), tree });
  }
  const newest = ours.reduce<(typeof ours)[number] | null>(
    (best, one) => (best === null || one.created >= best.created ? one : best),
    null,
  );
  return newest?.tree ?? null;
}

function isUntouched({ createdAt, updatedAt }: IssueComment): boolean {
  return createdAt === updatedAt;
}
