/** `blunderbuss`: asks some of those whom OWNERS files name for a review, at random (spec chatops 2.13). */
import type { Plugin } from "../plugin.ts";
import { byChance } from "./reviewers/candidates.ts";
import { reviewersPlugin } from "./reviewers/triggers.ts";

export const blunderbuss: Plugin = reviewersPlugin({
  name: "blunderbuss",
  description:
    "The blunderbuss plugin asks reviewers whom OWNERS files name for a review when a pull request is opened or leaves draft, unless its description has a `/cc` line.",
  arranger: (_, view) => Promise.resolve(byChance(view)),
});
