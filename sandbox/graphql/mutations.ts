/** What GraphQL changes. */
import type { Call } from "../http/call.ts";
import { actorOf } from "../http/caller.ts";
import { minimizeComment } from "../verbs/comments.ts";
import { pin, unpin } from "../verbs/pins.ts";
import { setDraft } from "../verbs/pulls.ts";
import { transferIssue } from "../verbs/transfer.ts";
import { isPull } from "../world.ts";
import { Refusal } from "./error.ts";
import { issueNode, pullNode } from "./issues.ts";
import { commentById, issueById, repoById } from "./nodes.ts";
import { addItem, deleteItem, setField } from "./projects.ts";

/** A resolver of one input; whatever it gives, the caller's own mark comes back with it. */
type Mutation<Input> = (args: { readonly input: Input & { readonly clientMutationId?: string | null } }) => object;

const mutation =
  <Input>(change: (input: Input) => object): Mutation<Input> =>
  ({ input }) => ({ clientMutationId: input.clientMutationId ?? null, ...change(input) });

/** The issue, when the caller may change it. Pull requests are no issues here. */
function changeable(call: Call, id: string) {
  const found = issueById(call, id);
  if (isPull(found.issue)) throw Refusal.noNode(id);
  call.allow(found.repo, "write", ["issues"], "write");
  return found;
}

export function mutations(call: Call): object {
  const { world } = call;
  const actor = () => actorOf(world, call.caller);
  const draft = (to: boolean) =>
    mutation<{ pullRequestId: string }>(({ pullRequestId }) => {
      const { repo, issue } = issueById(call, pullRequestId);
      if (!isPull(issue)) throw Refusal.noNode(pullRequestId);
      call.allow(repo, "write", ["pull_requests"], "write");
      setDraft(world, repo, issue, actor(), to);
      return { pullRequest: pullNode(call, repo, issue) };
    });
  const pinning = (change: typeof pin) =>
    mutation<{ issueId: string }>(({ issueId }) => {
      const { repo, issue } = changeable(call, issueId);
      change(world, repo, issue, actor());
      return { issue: issueNode(call, repo, issue) };
    });
  return {
    markPullRequestReadyForReview: draft(false),
    convertPullRequestToDraft: draft(true),
    pinIssue: pinning(pin),
    unpinIssue: pinning(unpin),
    transferIssue: mutation<{ issueId: string; repositoryId: string }>(({ issueId, repositoryId }) => {
      const { repo, issue } = changeable(call, issueId);
      const to = repoById(call, repositoryId);
      call.allow(to, "write", ["issues"], "write");
      return { issue: issueNode(call, to, transferIssue(world, { repo, issue, to, actor: actor() })) };
    }),
    minimizeComment: mutation<{ subjectId: string; classifier: string }>(({ subjectId, classifier }) => {
      const { repo, issue, comment } = commentById(call, subjectId);
      const need = comment.user === call.login ? "read" : "write";
      call.allow(repo, "write", issue.pull ? ["issues", "pull_requests"] : ["issues"], need);
      minimizeComment(world, repo, issue, comment, classifier);
      return {
        minimizedComment: { __typename: "IssueComment", isMinimized: true, minimizedReason: comment.hidden },
      };
    }),
    addProjectV2ItemById: mutation((input: Parameters<typeof addItem>[1]) => addItem(call, input)),
    updateProjectV2ItemFieldValue: mutation((input: Parameters<typeof setField>[1]) => setField(call, input)),
    deleteProjectV2Item: mutation((input: Parameters<typeof deleteItem>[1]) => deleteItem(call, input)),
  };
}
