/** Which pull request of a batch did not merge, by its clone's record. */
import { expect, test } from "vitest";
import { mergeConflictOf } from "../../../src/jobs/merge-conflict.ts";

const pulls = [1, 2, 3].map((number) => ({ number, sha: String(number).repeat(40) }));
const record = (command: string, output: string, failed = true) => ({
  refs: {},
  failed,
  duration: 1,
  commands: [
    { command: "git fetch --no-tags -- url main", output: "", duration: 1 },
    { command, output, error: "exit status 1", duration: 1 },
  ],
});
const CONFLICT =
  "Auto-merging a.txt\nCONFLICT (content): Merge conflict in a.txt\nAutomatic merge failed; fix conflicts";

test.each<[string, Parameters<typeof mergeConflictOf>[1], number | null]>([
  ["the one whose merge conflicts", [record(`git merge --no-ff ${"2".repeat(40)}`, CONFLICT)], 2],
  [
    "nobody, when a merge failed in another way",
    [record(`git merge --no-ff ${"2".repeat(40)}`, "not something we can merge")],
    null,
  ],
  ["nobody, when a fetch failed", [record(`git fetch -- url ${"2".repeat(40)}`, CONFLICT)], null],
  [
    "nobody, when the clone went well in the end",
    [record(`git merge --no-ff ${"2".repeat(40)}`, CONFLICT, false)],
    null,
  ],
  ["nobody, when the commit is another repository's", [record(`git merge --no-ff ${"9".repeat(40)}`, CONFLICT)], null],
  ["nobody without records", [], null],
])("%s", (_, records, expected) => expect(mergeConflictOf(pulls, records)).toBe(expected));
