import { describe, expect, test } from "vitest";
import type { LabelConfig } from "../../../../src/config/model.ts";
import { comment, pullEvent, user, type World } from "../fake-view.ts";
import { configOf, outcome } from "./said.ts";

const REPO_LABELS = [
  "area/infra",
  "area/api",
  "kind/bug",
  "kind/cleanup",
  "priority/critical",
  "sig/testing",
  "triage/needs-information",
  "triage/accepted",
  "needs-kind",
  "needs-sig",
  "needs-triage",
  "orchestrator/foo",
  "Release/Approved",
  "wg/a",
  "committee/b",
  "language/c",
];

function world(labels: readonly string[] = [], label: Partial<LabelConfig> = {}, over: Partial<World> = {}) {
  const config = configOf("label", { label: { additional_labels: [], restricted_labels: [], ...label } });
  return { config, labels, repoLabels: REPO_LABELS, ...over };
}

const say = (body: string, labels: readonly string[] = [], label: Partial<LabelConfig> = {}) =>
  outcome(comment(body), world(labels, label));

describe("labels by category (spec chatops 2.5)", () => {
  test.each([
    ["/area API infra ", ["+area/api", "+area/infra"]],
    ["/area infra\r\n", ["+area/infra"]],
    ["/area  infra   api", ["+area/infra", "+area/api"]],
    ["/kind bug\n/sig testing", ["+kind/bug", "+sig/testing"]],
    ["/wg a\n/committee b\n/language c", ["+wg/a", "+committee/b", "+language/c"]],
    ["  /area infra", []],
    ["please /area infra", []],
    ["/Area infra", []],
    ["/area", []],
    ["/area\ninfra", []],
    ["/kindness bug", []],
    ["/areas infra", []],
    ["<!-- /kind bug -->", []],
    ["<!-- a -->/kind bug<!-- b -->", ["+kind/bug"]],
    ["<!--\n/kind bug\n-->\n/sig testing", ["+sig/testing"]],
    ["/area lgtm infra", ["+area/infra", "says: I cannot add `area/lgtm`: the repository has no such label."]],
    ["/priority infra", ["says: I cannot add `priority/infra`: the repository has no such label."]],
    ["/remove-area infra", ["says: I cannot remove `area/infra`: not set here."]],
  ])("%j: %j", async (body, expected) => expect(await say(body)).toEqual(expected));

  test("what is set already is skipped silently", async () => {
    expect(await say("/area infra", ["Area/Infra"])).toEqual([]);
  });

  test("added and removed in one comment: the add is skipped as present, the removal happens", async () => {
    expect(await say("/kind bug\n/remove-kind bug", ["kind/bug", "kind/cleanup"])).toEqual(["-kind/bug"]);
  });

  test("works on issues, in any state, for anyone; edits and deletions do nothing", async () => {
    expect(await outcome(comment("/kind bug", { isPullRequest: false, state: "closed" }), world())).toEqual([
      "+kind/bug",
    ]);
    expect(await outcome(comment("/kind bug", { action: "edited" }), world())).toEqual([]);
    expect(await outcome(comment("/kind bug", { action: "deleted" }), world())).toEqual([]);
  });
});

describe("the last label of a category leaves needs-<category>", () => {
  test.each([
    ["/remove-kind bug", ["kind/bug"], ["-kind/bug", "+needs-kind"]],
    ["/remove-kind bug", ["kind/bug", "kind/cleanup"], ["-kind/bug"]],
    ["/remove-kind bug\n/kind cleanup", ["kind/bug"], ["+kind/cleanup", "-kind/bug"]],
    ["/remove-kind bug", ["kind/bug", "needs-kind"], ["-kind/bug"]],
    // The repository has no needs-priority; areas need none.
    ["/remove-priority critical", ["priority/critical"], ["-priority/critical"]],
    ["/remove-area infra", ["area/infra"], ["-area/infra"]],
  ])("%j on %j: %j", async (body, labels, expected) => expect(await say(body, labels)).toEqual(expected));
});

describe("triage/accepted", () => {
  test("only members may add it", async () => {
    const refused = "says: only members of `org` can add `triage/accepted`.";
    expect(await say("/triage needs-information accepted")).toEqual(["+triage/needs-information", refused]);
    expect(await outcome(comment("/triage accepted", { author: user("member") }), world())).toEqual([
      "+triage/accepted",
    ]);
  });

  test("anyone may remove it", async () => {
    expect(await say("/remove-triage accepted", ["triage/accepted"])).toEqual(["-triage/accepted", "+needs-triage"]);
  });
});

describe("/label takes configured labels only", () => {
  const label = { additional_labels: ["orchestrator/foo", "Orchestrator/Gone"] };
  test.each([
    ["/label orchestrator/foo\r\n", ["+orchestrator/foo"]],
    ["/label Orchestrator/FOO", ["+orchestrator/foo"]],
    ["/label", []],
    ["/label orchestrator/foo kind/bug", []],
    ["/labels orchestrator/foo", []],
    [
      "/label orchestrator/jar",
      [
        "says: `/label` and `/remove-label` do not take `orchestrator/jar`. It takes: `orchestrator/foo`, `orchestrator/gone`.",
      ],
    ],
    ["/label orchestrator/gone", ["says: I cannot add `orchestrator/gone`: the repository has no such label."]],
    ["/remove-label orchestrator/foo", ["says: I cannot remove `orchestrator/foo`: not set here."]],
  ])("%j: %j", async (body, expected) => expect(await say(body, [], label)).toEqual(expected));

  test("/remove-label removes", async () => {
    expect(await say("/remove-label orchestrator/foo", ["orchestrator/foo"], label)).toEqual(["-orchestrator/foo"]);
  });

  test("one summary reply: unsupported before missing before not set", async () => {
    const all = "/label nope\n/area nope\n/remove-kind bug";
    expect(await say(all, [], label)).toEqual([expect.stringMatching(/^says: `\/label`/)]);
    expect(await say("/area nope\n/remove-kind bug")).toEqual([expect.stringMatching(/^says: I cannot add/)]);
  });
});

describe("restricted labels", () => {
  const rule = { label: "release/approved", allowed_teams: ["managers"], allowed_users: ["Alice"] };
  const restricted = (on: string[] = []) => ({
    restricted_labels: [{ ...rule, assign_on: on.map((label) => ({ label })) }],
  });
  const by = (login: string, body: string, labels: readonly string[] = []) =>
    outcome(comment(body, { author: user(login) }), {
      ...world(labels, restricted()),
      teams: { "org/managers": ["bob"] },
    });

  test("a listed user or a member of a team may add and remove; the repository's spelling is used", async () => {
    expect(await by("ALICE", "/label release/approved")).toEqual(["+Release/Approved"]);
    expect(await by("bob", "/label release/approved")).toEqual(["+Release/Approved"]);
    expect(await by("bob", "/remove-label release/approved", ["Release/Approved"])).toEqual(["-Release/Approved"]);
  });

  test("others may neither, and are told who may", async () => {
    const refused = ["says: `release/approved` can be set and removed only by members of `managers`."];
    expect(await by("mallory", "/label release/approved")).toEqual(refused);
    expect(await by("mallory", "/remove-label release/approved", ["Release/Approved"])).toEqual(refused);
  });

  test("restriction holds for every form of command", async () => {
    const label = {
      restricted_labels: [{ label: "kind/bug", allowed_teams: [], allowed_users: ["x"], assign_on: [] }],
    };
    expect(await say("/kind bug cleanup", [], label)).toEqual([
      "+kind/cleanup",
      "says: `kind/bug` can be set and removed only by `x`.",
    ]);
  });

  test("an assign_on label assigns the allowed users", async () => {
    const event = pullEvent("labeled", { label: "REVIEW-RELEASE" });
    expect(await outcome(event, world([], restricted(["review-release"])))).toEqual(["assigns Alice"]);
    expect(await outcome(pullEvent("labeled", { label: "other" }), world([], restricted(["review-release"])))).toEqual(
      [],
    );
    expect(await outcome({ ...event, action: "unlabeled" }, world([], restricted(["review-release"])))).toEqual([]);
  });
});
