/** `cutwater.minimize_obsolete`: which earlier words of the bot are hidden, and when (issue 3, beyond the originals). */
import { expect, it } from "vitest";
import type { Decided } from "../../../src/chatops/coalesce.ts";
import type { Effect } from "../../../src/chatops/effects.ts";
import type { ChatEvent } from "../../../src/chatops/events.ts";
import { withoutObsolete } from "../../../src/chatops/obsolete.ts";
import { comment, GUID, pullEvent } from "./fake-view.ts";

const decided = (plugin: string, effect: Effect): Decided => ({
  effect,
  cause: { delivery: GUID, plugin, rule: "/x", actor: { kind: "user", login: "ada" } },
});
const says: Effect = { kind: "comment", body: "@ada: no." };
const adds: Effect = { kind: "addLabel", label: "lgtm" };
const takes: Effect = { kind: "removeLabel", label: "needs-ok-to-test" };
const aborts: Effect = { kind: "abortJobs", type: "presubmit", reason: "" };
const starts: Effect = { kind: "startJobs", jobs: [] };
const edits: Effect = { kind: "editIssue", changes: { state: "open" } };
const command = [comment("/x")];

it.each<[string, readonly ChatEvent[], string, Effect, readonly string[], boolean]>([
  ["a refused /lgtm, once a reviewer's counts", command, "lgtm", adds, ["lgtm"], true],
  ["a refusal stays when all that follows is another", command, "lgtm", says, ["lgtm"], false],
  ["the answer to /close, once somebody says /reopen", command, "lifecycle", edits, ["lifecycle"], true],
  ["the wait for /ok-to-test, once it was said", command, "trigger", takes, ["trigger"], true],
  ["the list of jobs, once one is started", command, "trigger", starts, ["trigger"], true],
  ["the wait for /ok-to-test outlasts a push", [pullEvent("synchronize")], "trigger", aborts, ["trigger"], false],
  ["what another plugin said", command, "lgtm", adds, ["trigger"], false],
  ["nothing, when nothing was said", command, "lgtm", adds, [], false],
  ["a picture stays", command, "dog", adds, ["dog"], false],
])("%s", (_what, events, plugin, effect, said, hides) => {
  const effects = withoutObsolete([decided(plugin, effect)], events, new Set(said));
  expect(effects.map((one) => one.effect)).toEqual(hides ? [{ kind: "minimizeComments", plugin }, effect] : [effect]);
});

it("a push hides what was overridden on the old head, because of whoever pushed", () => {
  const effects = withoutObsolete([], [pullEvent("synchronize")], new Set(["override", "lgtm"]));
  expect(effects).toHaveLength(1);
  expect(effects[0]).toMatchObject({
    effect: { kind: "minimizeComments", plugin: "override" },
    cause: { rule: "synchronize", actor: { login: "author" } },
  });
  expect(withoutObsolete([], [pullEvent("edited")], new Set(["override"]))).toEqual([]);
});

it("hides once, before what is said anew", () => {
  const all = [decided("label", says), decided("label", adds), decided("label", takes)];
  const kinds = withoutObsolete(all, command, new Set(["label"])).map(({ effect }) => effect.kind);
  expect(kinds).toEqual(["minimizeComments", "comment", "addLabel", "removeLabel"]);
});
