import { describe, expect, test } from "vitest";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { pull, pullEvent, reviewEvent, user, type World } from "../fake-view.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

const YES = "cherry-pick-approved";
const NO = "do-not-merge/cherry-pick-not-approved";
const deletes = "deletes <!-- cherry-pick not approved -->";
const on = (ref: string) => pull({ base: { sha: "b".repeat(40), ref } });

describe("cherry-pick-approved (spec chatops 2.29)", () => {
  const entry = { org: "org", repo: "repo", approvers: ["boss"] };
  const ready = ["lgtm", "approved"];
  function world(over: Partial<World>, entries: readonly object[] = [entry]): Partial<World> {
    const settings = settingsOf({ cherry_pick_approved: entries });
    return {
      config: configOf("cherry-pick-approved", { settings }),
      pullRequest: on("release-1.2"),
      labels: ready,
      ...over,
    };
  }
  const status = (state: string) => [{ context: "ci", state, description: "" }];

  test.each<[string, Partial<World>, readonly object[], readonly string[]]>([
    ["approved", {}, [entry], [`+${YES}`]],
    ["the other label goes", { labels: [...ready, NO] }, [entry], [`+${YES}`, `-${NO}`]],
    ["labelled already", { labels: [...ready, YES] }, [entry], []],
    ["another branch", { pullRequest: on("master") }, [entry], []],
    ["another repository", {}, [{ ...entry, repo: "other" }], []],
    ["all of the organisation", {}, [{ org: "org", approvers: ["boss"] }], [`+${YES}`]],
    ["own branches", { pullRequest: on("v3") }, [{ ...entry, branchregexp: "^v\\d$" }], [`+${YES}`]],
    ["another reviewer", {}, [{ ...entry, approvers: ["chief"] }], []],
    ["lgtm is missing", { labels: ["approved"] }, [entry], []],
    ["lgtm may miss", { labels: ["approved"] }, [{ ...entry, allow_missing_lgtm_label: true }], [`+${YES}`]],
    ["approved is missing", { labels: ["lgtm"] }, [entry], []],
    ["approved may miss", { labels: ["lgtm"] }, [{ ...entry, allow_missing_approved_label: true }], [`+${YES}`]],
    ["one bad label is enough to stop it", { labels: [...ready, "do-not-merge/hold"] }, [entry], []],
    ["another one", { labels: [...ready, "needs-rebase"] }, [entry], []],
    ["a failed status", { statuses: status("failure") }, [entry], []],
    ["an error", { statuses: status("error") }, [entry], []],
    ["a pending status", { statuses: status("pending") }, [entry], [`+${YES}`]],
  ])("%s", async (_, over, entries, expected) => {
    const of = world(over, entries);
    const event = reviewEvent("approved", { by: user("Boss"), pullRequest: of.pullRequest ?? pull() });
    expect(await outcome(event, of)).toEqual(expected);
  });

  test.each(["changes_requested", "commented", "dismissed"] as const)("a review that is %s", async (state) => {
    expect(await outcome(reviewEvent(state, { by: user("boss"), pullRequest: on("release-1.2") }), world({}))).toEqual(
      [],
    );
  });

  test("edited reviews", async () => {
    const event = reviewEvent("approved", { by: user("boss"), action: "edited", pullRequest: on("release-1.2") });
    expect(await outcome(event, world({}))).toEqual([]);
  });
});

describe("cherry-pick-unapproved (spec chatops 2.29)", () => {
  const config = configOf("cherry-pick-unapproved", {
    settings: settingsOf({ cherry_pick_unapproved: { comment: "Ask first." } }),
  });
  const event = (action: string, ref: string, from: string | null = null) =>
    pullEvent(action, {
      pullRequest: on(ref),
      changes: { baseRefFrom: from, baseShaFrom: null, titleFrom: null, body: false },
    });

  test.each<[string, ReturnType<typeof event>, readonly string[], readonly string[]]>([
    ["opened on a release branch", event("opened", "release-1"), [], [`+${NO}`, "upsertComment"]],
    ["reopened", event("reopened", "release-1"), [], [`+${NO}`, "upsertComment"]],
    ["a label of it was taken off", event("unlabeled", "release-1"), [], [`+${NO}`, "upsertComment"]],
    ["waits already", event("labeled", "release-1"), [NO], []],
    ["approved", event("labeled", "release-1"), [NO, YES], [`-${NO}`, deletes]],
    ["approved from the start", event("opened", "release-1"), [YES], []],
    ["pushed to", event("synchronize", "release-1"), [], []],
    ["another branch", event("opened", "master"), [], []],
    ["edited otherwise", event("edited", "release-1"), [], []],
    ["retargeted to it", event("edited", "release-1", "master"), [], [`+${NO}`, "upsertComment"]],
    ["retargeted away", event("edited", "master", "release-1"), [NO, YES], [`-${NO}`, deletes, `-${YES}`]],
    ["retargeted elsewhere", event("edited", "master", "dev"), [], []],
  ])("%s", async (_, said, labels, expected) => {
    expect(await outcome(said, { config, labels, pullRequest: said.pullRequest })).toEqual(expected);
  });

  test("the configured comment", async () => {
    const said = event("opened", "release-1");
    const [, comment] = await effectsOf(said, { config, pullRequest: said.pullRequest });
    expect(comment).toMatchObject({ kind: "upsertComment", body: expect.stringMatching(/^Ask first\.\n/) });
  });

  test("without one, our own", async () => {
    const said = event("opened", "release-1");
    const plain = configOf("cherry-pick-unapproved", { settings: settingsOf({}) });
    const [, comment] = await effectsOf(said, { config: plain, pullRequest: said.pullRequest });
    expect(comment).toMatchObject({ body: expect.stringContaining("`cherry-pick-approved`") });
  });
});
