/** What becomes of a bug when its pull request is merged or closed (spec chatops 2.39). */
import * as z from "zod";
import { nothing } from "../../decide.ts";
import {
  allMerged,
  bugLink,
  bugzillaFailed,
  closedInBugzilla,
  noLongerLinked,
  notAllMerged,
  type OtherPull,
  unknownState,
} from "../../messages-bugzilla.ts";
import type { Decision, View } from "../../plugin.ts";
import { change, isFound, link, type LinkedPull, linkedPulls, moved } from "./bugs.ts";
import { type Found, inOrder, says } from "./subject.ts";
import { allowedStates, isIn } from "./validate.ts";
import { isSame } from "./validation.ts";

/** Each costs a question to GitHub. */
const MOST_PULLS = 20;

const unknownLinks = (subject: Found, why: string): Decision => ({
  effects: [says(subject, bugzillaFailed("Looking for linked pull requests", why))],
  why,
});

/** The bug moves on once every pull request that it refers to is merged. */
export async function merged(subject: Found): Promise<Decision> {
  const { bug, url, options, view, pull } = subject;
  const { state_after_merge: state, valid_states, state_after_validation } = options;
  if (!state) return nothing("no state after a merge is configured");
  const name = bugLink(bug.id, url);
  if ((valid_states || state_after_validation) && !isIn(bug, allowedStates(options))) {
    return { effects: [says(subject, unknownState(name, bug, state))], why: `bug ${bug.id} is ${bug.status}` };
  }
  const linked = await linkedPulls(view, bug.id);
  if (!isFound(linked)) return unknownLinks(subject, linked.why);
  const { owner, repo } = view.repository;
  const here = { owner, repo, number: pull.number };
  const done: OtherPull[] = [];
  for (const one of linked.found.slice(0, MOST_PULLS)) {
    const is = isSame(one, here) ? "merged" : await stateOf(one, view);
    if (is === null) continue;
    const other = described(one, is, view);
    if (is !== "merged") {
      return { effects: [says(subject, notAllMerged(name, [other], state))], why: `${other.name} is ${is}` };
    }
    done.push(other);
  }
  const changes = moved(state, null);
  if (!changes) return nothing("the state after a merge is empty");
  const effects = inOrder(subject, [change(bug.id, changes)], [says(subject, allMerged(name, done, state))]);
  return { effects, why: `all pull requests of bug ${bug.id} are merged` };
}

function described({ owner, repo, number }: LinkedPull, state: string, view: View): OtherPull {
  const name = `${owner}/${repo}#${number}`;
  return { name, link: `${view.config.prow.link_url}/${owner}/${repo}/pull/${number}`, state };
}

const Merged = z.object({
  repository: z.object({ pullRequest: z.object({ merged: z.boolean(), state: z.string() }).nullable() }).nullable(),
});
const IS_MERGED =
  "query ($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo) { pullRequest(number: $number) { merged state } } }";

/** `merged`, `open`, `closed`; null: nothing that we may read, which is none of ours. */
async function stateOf({ owner, repo, number }: LinkedPull, view: View): Promise<string | null> {
  if (isSame({ owner, repo, number }, { ...view.repository, number })) {
    const pull = await view.pullRequestOf(number);
    return pull === null ? null : pull.merged ? "merged" : pull.state;
  }
  if ((await view.issueOf(owner, repo, number)) === null) return null;
  const { repository } = Merged.parse(await view.graphql(IS_MERGED, { owner, repo, number }));
  if (!repository?.pullRequest) return null;
  return repository.pullRequest.merged ? "merged" : repository.pullRequest.state.toLowerCase();
}

/** The bug refers to a closed pull request no more; when it was the last, the bug goes back to a state. */
export async function closed(subject: Found): Promise<Decision> {
  const { bug, url, options, view, pull } = subject;
  if (!options.add_external_link) return nothing("bugs do not refer to pull requests here");
  const linked = await linkedPulls(view, bug.id);
  if (!isFound(linked)) return unknownLinks(subject, linked.why);
  const { owner, repo } = view.repository;
  const here = { owner, repo, number: pull.number };
  const left = linked.found.filter((one) => !isSame(one, here));
  if (left.length === linked.found.length) return nothing(`bug ${bug.id} does not refer to this pull request`);
  const writes = [link("remove", bug.id, here)];
  const last = left.length === 0 && bug.status !== "CLOSED";
  const state = last ? options.state_after_close : null;
  const changes = moved(state, bug);
  if (state && changes) {
    const comment = { body: closedInBugzilla(pull.htmlUrl, state), is_private: true };
    writes.push(change(bug.id, { ...changes, comment }));
  }
  const message = says(subject, noLongerLinked(bugLink(bug.id, url), changes ? state : null));
  return { effects: inOrder(subject, writes, [message]), why: `it was closed, and bug ${bug.id} refers to it` };
}
