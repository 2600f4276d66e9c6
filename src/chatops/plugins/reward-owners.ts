/** `reward-owners`: thanks people whom a merge makes owners (spec chatops 2.44: Prow has it, and does not run it). */
import type { PullRequestEvent } from "../events.ts";
import { nothing } from "../decide.ts";
import { newOwners, NEW_OWNERS_MARKER } from "../messages-owners.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import type { Owners } from "../../owners/index.ts";

async function pullRequest({ action, pullRequest }: PullRequestEvent, view: View): Promise<Decision> {
  if (action !== "closed" || !pullRequest.merged) return nothing("only merges make owners");
  const { owners, owners_aliases } = view.config.owners.filenames;
  const names = [owners, owners_aliases];
  const touched = (await view.files()).some(({ filename }) =>
    names.includes(filename.slice(filename.lastIndexOf("/") + 1)),
  );
  if (!touched) return nothing("no OWNERS file changes");
  const [before, after] = await Promise.all([
    view.owners(pullRequest.base.sha),
    view.owners(pullRequest.mergeCommitSha),
  ]);
  const known = everybody(before);
  const fresh = [...everybody(after)].filter((login) => !known.has(login)).toSorted();
  if (fresh.length === 0) return nothing("nobody is a new owner");
  const body = newOwners(fresh);
  return {
    effects: [{ kind: "upsertComment", marker: NEW_OWNERS_MARKER, body }],
    why: `new owners: ${fresh.join(", ")}`,
  };
}

const everybody = (owners: Owners): ReadonlySet<string> =>
  new Set([...owners.allApprovers(), ...owners.allReviewers()]);

export const rewardOwners: Plugin = {
  name: "reward-owners",
  help: {
    description: "The reward-owners plugin thanks people whom a merged pull request makes owners for the first time.",
    commands: [],
  },
  pullRequest,
};
