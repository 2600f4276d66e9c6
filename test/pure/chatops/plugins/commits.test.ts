import { describe, expect, test } from "vitest";
import type { Commit } from "../../../../src/chatops/reads.ts";
import { settingsOf } from "../../config/plugin-defaults.ts";
import {
  BASE,
  comment,
  commit,
  fakeView,
  file,
  HEAD,
  pull,
  pullEvent,
  statusEvent,
  timerEvent,
  user,
} from "../fake-view.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

const merge = commit("m1", "Merge branch 'master'", { parents: [BASE, HEAD] });

describe("invalidcommitmsg (spec chatops 2.30)", () => {
  const LABEL = "do-not-merge/invalid-commit-message";
  const config = configOf("invalidcommitmsg");
  const look = (commits: readonly Commit[], labels: readonly string[] = [], title = "Fix the thing", of = config) => {
    const pullRequest = pull({ title, labels });
    return outcome(pullEvent("synchronize", { pullRequest }), fakeView({ config: of, commits, labels, pullRequest }));
  };

  test.each(["Closes #1", "fixes: #12", "Close k/k#1", "text\n\nresolved #3", "FIXED k8s/k8s#9", "prefix #1"])(
    "%j would close an issue",
    async (message) => expect(await look([commit("a", message)])).toEqual([`+${LABEL}`, "upsertComment"]),
  );

  test.each(["fixing #1", "closes the issue", "see #1", "clos #1"])("%j is fine", async (message) => {
    expect(await look([commit("a", message)])).toEqual([]);
  });

  test.each(["fixup! x", "squash! x", "amend! x"])("%j waits to be squashed", async (message) => {
    expect(await look([commit("a", message)])).toEqual([`+${LABEL}`, "upsertComment"]);
  });

  test("a fixup in the middle of a subject is fine", async () => {
    expect(await look([commit("a", "a fixup! x")])).toEqual([]);
  });

  test("the title counts", async () => {
    expect(await look([], [], "Fixes #5")).toEqual([`+${LABEL}`, "upsertComment"]);
  });

  test("merge commits do not", async () => {
    expect(await look([{ ...merge, message: "Fixes #5" }])).toEqual([]);
  });

  test("what was mended loses label and comments", async () => {
    expect(await look([commit("a", "fine")], [LABEL])).toEqual([
      `-${LABEL}`,
      "deletes <!-- commits that close issues -->",
      "deletes <!-- commits to squash -->",
    ]);
  });

  test("a check that is switched off finds nothing", async () => {
    const checks = [{ name: "fixupPrefix", disabled: true }];
    const settings = settingsOf({ invalid_commit_msg: [{ repos: ["org/repo"], checks }] });
    const off = configOf("invalidcommitmsg", { settings });
    expect(await look([commit("a", "fixup! x")], [], "t", off)).toEqual([]);
    expect(await look([commit("a", "fixes #1")], [], "t", off)).toHaveLength(2);
  });
});

describe("mergecommitblocker (spec chatops 2.30)", () => {
  const LABEL = "do-not-merge/contains-merge-commits";
  test.each([
    ["a merge commit", [merge], [], [`+${LABEL}`, "upsertComment"]],
    ["none", [commit("a", "x")], [], []],
    ["none any more", [commit("a", "x")], [LABEL], [`-${LABEL}`, "deletes <!-- merge commits -->"]],
    ["still one", [merge], [LABEL], ["upsertComment"]],
  ])("%s", async (_, commits, labels, expected) => {
    const view = fakeView({ config: configOf("mergecommitblocker"), commits, labels });
    expect(await outcome(pullEvent("synchronize"), view)).toEqual(expected);
  });
});

describe("dco (spec chatops 2.23)", () => {
  const signed = commit("a", "x\n\nSigned-off-by: A <a@b>");
  const bare = commit("b", "x");
  const look = (commits: readonly Commit[], labels: readonly string[] = [], dco: object = {}) => {
    const config = configOf("dco", { settings: settingsOf({ dco: { "*": dco } }) });
    const view = fakeView({ config, commits, labels, members: { org: ["author"], trusted: ["helper"] } });
    return outcome(pullEvent("opened"), view);
  };
  const good = ["setStatus", "+dco-signoff: yes"];
  const bad = ["setStatus", "+dco-signoff: no", "upsertComment"];

  test.each([
    ["all signed", [signed], {}, good],
    ["one not", [signed, bare], {}, bad],
    ["merges need none", [merge, signed], {}, good],
    ["case does not matter", [commit("a", "x\n\nSIGNED-OFF-BY: a")], {}, good],
    ["members where they are skipped", [bare], { skip_dco_check_for_members: true }, good],
    ["members where they are not", [bare], { skip_dco_check_for_collaborators: true }, bad],
    [
      "members of the trusted organisation",
      [commit("c", "x", { author: user("helper") })],
      { skip_dco_check_for_members: true, trusted_org: "trusted" },
      good,
    ],
    [
      "collaborators where they are skipped",
      [commit("c", "x", { author: user("collaborator") })],
      { skip_dco_check_for_collaborators: true },
      good,
    ],
    ["a trusted app", [commit("c", "x", { author: user("dep[bot]", "Bot") })], { trusted_apps: ["dep"] }, good],
    ["an author without an account", [commit("c", "x", { author: null })], { skip_dco_check_for_members: true }, bad],
  ])("%s", async (_, commits, dco, expected) => {
    expect(await look(commits, [], dco)).toEqual(expected);
  });

  test("what was mended turns around", async () => {
    expect(await look([signed], ["dco-signoff: no"])).toEqual([
      "setStatus",
      "+dco-signoff: yes",
      "-dco-signoff: no",
      "deletes <!-- commits without sign-off -->",
    ]);
  });

  test("/check-dco looks again, on open pull requests only", async () => {
    const view = () => fakeView({ config: configOf("dco"), commits: [bare] });
    expect(await outcome(comment("/check-dco"), view())).toEqual(bad);
    expect(await outcome(comment("/check-dco", { state: "closed" }), view())).toEqual([]);
    expect(await outcome(comment("/check-dco", { isPullRequest: false }), view())).toEqual([]);
  });
});

describe("cla (spec chatops 2.22)", () => {
  const config = configOf("cla");
  const YES = "cncf-cla: yes";
  const NO = "cncf-cla: no";
  const searches = { [`${HEAD} repo:org/repo type:pr state:open`]: [{ number: 5, isPullRequest: true }] };

  test.each([
    ["success", "EasyCLA", "success", 1],
    ["failure", "EasyCLA", "failure", 1],
    ["error", "EasyCLA", "error", 1],
    ["pending", "EasyCLA", "pending", 0],
    ["another context", "ci", "success", 0],
  ])("a status: %s", async (_, context, state, count) => {
    const effects = await effectsOf(statusEvent({ context, state }), fakeView({ config, searches, number: 0 }));
    expect(effects).toHaveLength(count);
    if (count > 0) expect(effects[0]).toMatchObject({ kind: "lookAgain", plugin: "cla", number: 5 });
  });

  test.each([
    ["success", [], [`+${YES}`]],
    ["success", [NO], [`+${YES}`, `-${NO}`]],
    ["success", [YES], []],
    ["failure", [YES], [`+${NO}`, `-${YES}`]],
    ["error", [], [`+${NO}`]],
    ["pending", [YES], []],
  ])("its head is %s, with %j", async (state, labels, expected) => {
    const statuses = [{ context: "EasyCLA", state, description: "" }];
    const view = () => fakeView({ config, statuses, labels });
    expect(await outcome(timerEvent("cla", "status"), view())).toEqual(expected);
    expect(await outcome(comment("/check-cla"), view())).toEqual(expected);
  });

  test("on an issue, and on a closed pull request, nothing", async () => {
    const statuses = [{ context: "EasyCLA", state: "success", description: "" }];
    expect(await outcome(comment("/check-cla", { isPullRequest: false }), fakeView({ config, statuses }))).toEqual([]);
    const closed = fakeView({ config, statuses, pullRequest: pull({ state: "closed" }) });
    expect(await outcome(timerEvent("cla", "status"), closed)).toEqual([]);
  });
});

describe("docs-no-retest (spec chatops 2.43)", () => {
  const LABEL = "retest-not-required-docs-only";
  test.each([
    [["docs/a.md", "x/y.png", "z.svg", "d.dia"], [], [`+${LABEL}`]],
    [["OWNERS", "a/LICENSE"], [], [`+${LABEL}`]],
    [["a.md", "b.go"], [], []],
    [["a.md", "b.go"], [LABEL], [`-${LABEL}`]],
    [["a.md"], [LABEL], []],
    [["OWNERS.go"], [], []],
    [[], [], []],
  ])("%j with %j", async (files, labels, expected) => {
    const config = configOf("docs-no-retest");
    const view = fakeView({ config, files: files.map((name) => file(name)), labels });
    expect(await outcome(pullEvent("opened"), view)).toEqual(expected);
  });
});
