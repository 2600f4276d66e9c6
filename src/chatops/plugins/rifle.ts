/** `rifle`: asks those of OWNERS files who wrote what changes (spec chatops 2.14). In all else it is `blunderbuss`. */
import type { PullRequest } from "../events.ts";
import type { Plugin, View } from "../plugin.ts";
import { type Arrangement, byChance } from "./reviewers/candidates.ts";
import { reviewersPlugin } from "./reviewers/triggers.ts";
import { blame } from "./rifle/blame.ts";
import { scores } from "./rifle/score.ts";

/** Best score first, then whoever has none, by chance; all by chance where nobody has one or GitHub does not tell. */
async function arranger(pullRequest: PullRequest, view: View): Promise<Arrangement> {
  const chance = byChance(view);
  const known = await scoresOf(pullRequest, view);
  if (known.size === 0) return chance;
  const order = (people: readonly string[]): readonly string[] =>
    chance.order(people).toSorted((a, b) => (known.get(b) ?? 0) - (known.get(a) ?? 0));
  return { order, everyDirectory: false };
}

async function scoresOf(pullRequest: PullRequest, view: View): Promise<ReadonlyMap<string, number>> {
  const [owners, files] = await Promise.all([
    view.branchSha(pullRequest.base.ref).then((tip) => view.owners(tip)),
    view.files(),
  ]);
  const approvers = new Set(files.flatMap(({ filename }) => [...owners.approvers(filename)]));
  const candidates = new Set([...files.flatMap(({ filename }) => [...owners.reviewers(filename)]), ...approvers]);
  try {
    const wrote = (await blame(pullRequest, view)).filter(({ login }) => candidates.has(login));
    return scores(wrote, approvers, view.now);
  } catch {
    return new Map();
  }
}

export const rifle: Plugin = reviewersPlugin({
  name: "rifle",
  description:
    "The rifle plugin asks those reviewers of OWNERS files for a review who wrote most of the lines that change. It takes the place of blunderbuss.",
  arranger,
});
