/** `cutwater.summary_comment`: one comment for the state of a pull request (issue 3, beyond the originals). */
import { describe, expect, it } from "vitest";
import type { Decided } from "../../../src/chatops/coalesce.ts";
import type { Effect } from "../../../src/chatops/effects.ts";
import { APPROVAL_MARKER } from "../../../src/chatops/messages-approve.ts";
import { type PullState, SUMMARY_MARKER } from "../../../src/chatops/messages-summary.ts";
import { NO_SUMMARY, pullStateOf, summarise, type Summary } from "../../../src/chatops/summary.ts";
import type { RepoConfig } from "../../../src/config/model.ts";
import { COMMENT_MARKER } from "../../../src/jobs/report.ts";
import { settingsOf } from "../config/plugin-defaults.ts";
import { comment, fakeView, GUID, issueEvent, pull, pullEvent, repoConfig } from "./fake-view.ts";

const decided = (effect: Effect, plugin = "approve"): Decided => ({
  effect,
  cause: { delivery: GUID, plugin, rule: "/x", actor: { kind: "user", login: "ada" } },
});
const open: PullState = { labels: [], state: "open", draft: false };
const repo = (over: Partial<RepoConfig> = {}): RepoConfig => repoConfig({ plugins: ["approve", "lgtm"], ...over });
const notice = (verdict: string): Effect => ({
  kind: "upsertComment",
  marker: APPROVAL_MARKER,
  body: `[APPROVALNOTIFIER] This PR is **${verdict}**\n\nApprovals so far: none\n<!-- META={"approvers":["ada"]} -->`,
});
const report: Effect = {
  kind: "upsertComment",
  marker: COMMENT_MARKER,
  body: `@author: 1 test failed.\n\npull-unit | [link](https://x) | \`/test unit\`\n${COMMENT_MARKER}`,
  next: "1 test failed.",
};
const label = (label: string): Effect => ({ kind: "addLabel", label });

/** The text of the one comment that was decided. */
function textOf(effects: readonly Decided[]): string {
  const found = effects.map(({ effect }) => effect).filter((effect) => effect.kind === "upsertComment");
  expect(found).toHaveLength(1);
  const [only] = found;
  expect(only).toMatchObject({ marker: SUMMARY_MARKER });
  return only?.body ?? "";
}

const steps = (text: string): readonly string[] =>
  text.split("\n").flatMap((line) => (line.startsWith("- ") ? [line.slice(2)] : []));

describe("folding", () => {
  it("makes one comment of several, with the approval's title as first line and every mark that others read", () => {
    const { effects } = summarise(
      NO_SUMMARY,
      [decided(report, "report"), decided(notice("NOT APPROVED"))],
      open,
      repo(),
      GUID,
    );
    const text = textOf(effects);
    expect(effects).toHaveLength(1);
    expect(text.split("\n")[0]).toBe("[APPROVALNOTIFIER] This PR is **NOT APPROVED**");
    expect(text).toContain('<!-- META={"approvers":["ada"]} -->');
    expect(text).toContain(COMMENT_MARKER);
    expect(text).toContain("[link](https://x) | `/test unit`");
    expect(effects[0]?.effect).toMatchObject({ replaces: [APPROVAL_MARKER, COMMENT_MARKER] });
    expect(effects[0]?.cause).toMatchObject({ plugin: "report" });
  });

  it("leaves other effects as they are, in their order, before it", () => {
    const reply: Effect = { kind: "comment", body: "@ada: no." };
    const all = [decided(label("lgtm")), decided(notice("APPROVED")), decided(reply)];
    const { effects } = summarise(NO_SUMMARY, all, open, repo(), GUID);
    expect(effects.map(({ effect }) => effect.kind)).toEqual(["addLabel", "comment", "upsertComment"]);
  });

  it("decides nothing when the text stays the same, whatever was decided again", () => {
    const first = summarise(NO_SUMMARY, [decided(notice("NOT APPROVED"))], open, repo(), GUID);
    const again = summarise(first.summary, [decided(notice("NOT APPROVED"))], open, repo(), "another");
    expect(again).toEqual({ effects: [], summary: first.summary });
    expect(summarise(first.summary, [], null, repo(), "third").effects).toEqual([]);
  });

  it("edits one part and keeps the others", () => {
    const first = summarise(NO_SUMMARY, [decided(notice("NOT APPROVED")), decided(report)], open, repo(), GUID);
    const text = textOf(summarise(first.summary, [decided(notice("APPROVED"))], open, repo(), GUID).effects);
    expect(text).toContain("is **APPROVED**");
    expect(text).toContain("1 test failed.");
  });

  it("takes a part out when its comment would be deleted, and passes on what is no part", () => {
    const first = summarise(NO_SUMMARY, [decided(notice("APPROVED")), decided(report)], open, repo(), GUID);
    const other: Effect = { kind: "deleteComments", marker: "<!-- test help -->" };
    const all = [decided({ kind: "deleteComments", marker: COMMENT_MARKER }), decided(other)];
    const { effects } = summarise(first.summary, all, null, repo(), GUID);
    expect(effects[0]?.effect).toEqual(other);
    expect(textOf(effects)).not.toContain("1 test failed");
  });

  it("folds nothing until somebody looked at the pull request", () => {
    const all = [decided(report)];
    expect(summarise(NO_SUMMARY, all, null, repo(), GUID)).toEqual({ effects: all, summary: NO_SUMMARY });
  });

  it("leaves thanks to new owners where they notify", () => {
    const thanks: Effect = { kind: "upsertComment", marker: "<!-- new owners -->", body: "Thank you, @zoe!" };
    const { effects } = summarise(NO_SUMMARY, [decided(thanks, "reward-owners")], open, repo(), GUID);
    expect(effects[0]?.effect).toEqual(thanks);
  });

  it("stays within GitHub's limit: a part that is too long is named only, with its mark", () => {
    const long: Effect = { ...report, body: `${"x".repeat(65_000)}${COMMENT_MARKER}` };
    const text = textOf(
      summarise(NO_SUMMARY, [decided(notice("APPROVED")), decided(long)], open, repo(), GUID).effects,
    );
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain(`too long for a comment.\n${COMMENT_MARKER}`);
  });
});

describe("what is said once", () => {
  const welcome: Effect = { kind: "comment", body: "Hi @new, wait for /ok-to-test", explains: "needs-ok-to-test" };

  it("is a part while its state holds, and goes with it", () => {
    const all = [decided(welcome, "trigger"), decided(label("needs-ok-to-test"), "trigger")];
    const first = summarise(NO_SUMMARY, all, open, repo(), GUID);
    expect(textOf(first.effects)).toContain("Hi @new");
    const trusted = [decided({ kind: "removeLabel", label: "needs-ok-to-test" })];
    expect(textOf(summarise(first.summary, trusted, null, repo(), GUID).effects)).not.toContain("Hi @new");
  });

  it("stays a comment when nothing would ever take it out", () => {
    const { effects } = summarise(NO_SUMMARY, [decided(welcome, "trigger")], open, repo(), GUID);
    expect(effects[0]?.effect).toEqual(welcome);
  });

  it("explains a draft as long as it is one", () => {
    const hint: Effect = { kind: "comment", body: "this is a draft", explains: "draft" };
    const first = summarise(NO_SUMMARY, [decided(hint)], { ...open, draft: true }, repo(), GUID);
    expect(textOf(first.effects)).toContain("this is a draft");
    expect(textOf(summarise(first.summary, [], open, repo(), GUID).effects)).not.toContain("this is a draft");
  });
});

describe("what to do next", () => {
  const settings = settingsOf({
    require_matching_label: [{ org: "org", prs: true, regexp: "^kind/", missing_label: "needs-kind" }],
  });
  it.each<[string, Partial<PullState>, readonly Effect[], readonly string[]]>([
    ["labels that the enabled plugins set", {}, [], ["`lgtm` is missing", "`approved` is missing"]],
    ["labels count with the effects of the same event", {}, [label("LGTM")], ["`approved` is missing"]],
    [
      "hindering labels come first, sorted",
      { labels: ["needs-rebase", "do-not-merge/hold", "lgtm", "approved"] },
      [],
      ["`do-not-merge/hold` is set: `/hold cancel`", "`needs-rebase` is set: rebase it"],
    ],
    [
      "a do-not-merge label that nobody explains",
      { labels: ["do-not-merge/needs-sponsor", "lgtm", "approved"] },
      [],
      ["`do-not-merge/needs-sponsor` is set: it has to go"],
    ],
    [
      "labels of require_matching_label",
      { labels: ["needs-kind", "lgtm", "approved"] },
      [],
      ["`needs-kind` is set: give it the label that it lacks"],
    ],
    ["failed tests", { labels: ["lgtm", "approved"] }, [report], ["1 test failed."]],
    ["nothing once it is closed", { state: "closed", labels: ["do-not-merge/hold"] }, [report], []],
  ])("%s", (_what, over, effects, wanted) => {
    const all = [decided(notice("NOT APPROVED")), ...effects.map((effect) => decided(effect))];
    const got = steps(textOf(summarise(NO_SUMMARY, all, { ...open, ...over }, repo({ settings }), GUID).effects));
    expect(got.map((line, at) => line.slice(0, wanted[at]?.length))).toEqual(wanted);
  });

  it("says when nothing is missing, and when it is over", () => {
    const done = { ...open, labels: ["lgtm", "approved"] };
    const first = summarise(NO_SUMMARY, [decided(notice("APPROVED"))], done, repo(), GUID);
    expect(textOf(first.effects)).toContain("**Next:** nothing that I know of.");
    const merged = summarise(first.summary, [], { ...done, state: "merged" }, repo(), GUID);
    expect(textOf(merged.effects)).toContain("It is merged.");
  });

  it("begins with no comment when nothing is to be said", () => {
    const quiet = repo({ plugins: ["size"] });
    expect(summarise(NO_SUMMARY, [decided(label("size/S"))], open, quiet, GUID).effects).toHaveLength(1);
    expect(summarise(NO_SUMMARY, [], { ...open, state: "closed" }, repo(), GUID).effects).toEqual([]);
  });

  it("stands without approve, too", () => {
    const text = textOf(summarise(NO_SUMMARY, [], open, repo({ plugins: ["lgtm"] }), GUID).effects);
    expect(text.split("\n")[0]).toBe("**The state of this pull request**");
  });
});

describe("the look at the pull request", () => {
  const view = () => fakeView({ pullRequest: pull({ draft: true }), labels: ["lgtm"] });
  it.each([
    ["an issue", issueEvent("opened"), [decided(label("x"))], null],
    ["a comment on an issue", comment("/x", { isPullRequest: false }), [decided(label("x"))], null],
    ["a comment that does nothing", comment("hello"), [], null],
    [
      "a comment that does something",
      comment("/x"),
      [decided(label("x"))],
      { labels: ["lgtm"], state: "open", draft: true },
    ],
    ["a label by hand", pullEvent("labeled", { label: "lgtm" }), [], { labels: ["lgtm"], state: "open", draft: true }],
  ])("%s", async (_what, event, effects, wanted) => {
    expect(await pullStateOf([event], effects, view())).toEqual(wanted);
  });
});

it("survives storage", () => {
  const { summary } = summarise(NO_SUMMARY, [decided(notice("APPROVED")), decided(report)], open, repo(), GUID);
  const read = JSON.parse(JSON.stringify(summary)) as Summary;
  expect(summarise(read, [decided(report)], null, repo(), GUID).effects).toEqual([]);
});
