import { describe, expect, test } from "vitest";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { comment, fakeView, presubmit, user, type World } from "../fake-view.ts";
import { brief, configOf, effectsOf } from "./said.ts";

const admin = user("boss");
const status = (context: string, state: string, description = "") => ({ context, state, description });

async function say(
  body: string,
  world: Partial<World> = {},
  over: Parameters<typeof comment>[1] = { author: admin },
  settings: object = {},
) {
  const config = {
    ...configOf("override", { settings: settingsOf({ override: settings }) }),
    presubmits: [presubmit("job-a", { context: "ctx-a" }), presubmit("broken-test")],
  };
  const effects = await effectsOf(comment(body, over), fakeView({ permissions: { boss: "admin" }, config, ...world }));
  return effects.map((effect) => {
    if (effect.kind === "setStatus")
      return `${effect.context} ${effect.state}: ${effect.description.replace(/\s+BaseSHA.*/, "")}`;
    if (effect.kind === "recordJobs")
      return `records ${effect.jobs.map(({ spec, status: { state } }) => `${spec.job} ${state}`).join(" ")}`;
    if (effect.kind === "createCheckRun") return `check ${effect.name} ${effect.conclusion}`;
    return effect.kind === "comment" ? "says" : brief(effect);
  });
}

const failing = {
  statuses: [status("broken-test", "failure"), status("other", "pending"), status("passing-test", "success")],
};
const green = ["records broken-test success", "broken-test success: Overridden by boss", "says"];

describe("override (spec chatops 2.18)", () => {
  test.each<[string, string, Partial<World>, readonly string[]]>([
    ["a failing context", "/override broken-test", failing, green],
    ["a pending context", "/override other", failing, ["other success: Overridden by boss", "says"]],
    ["spaces and a line end", "/override  broken-test \r\n", failing, green],
    ["a reason on the next line", "/override broken-test\r\nit is flaky", failing, green],
    [
      "two on one line",
      "/override broken-test other",
      failing,
      [
        "records broken-test success",
        "broken-test success: Overridden by boss",
        "other success: Overridden by boss",
        "says",
      ],
    ],
    [
      "two lines",
      "/override broken-test\n/override other",
      failing,
      [
        "records broken-test success",
        "broken-test success: Overridden by boss",
        "other success: Overridden by boss",
        "says",
      ],
    ],
    ["a passing context", "/override passing-test", failing, ["says"]],
    ["an unknown context beside a known", "/override broken-test nonsense", failing, ["says"]],
    [
      "by its job's name",
      "/override job-a",
      { statuses: [status("ctx-a", "error")] },
      ["records job-a success", "ctx-a success: Overridden by boss", "says"],
    ],
    [
      "by both names, once",
      "/override job-a ctx-a",
      { statuses: [status("ctx-a", "error")] },
      ["records job-a success", "ctx-a success: Overridden by boss", "says"],
    ],
    [
      "a required context that is missing",
      "/override gate",
      { requiredContexts: ["gate"] },
      ["gate success: Overridden by boss", "says"],
    ],
    [
      "a required context that is green",
      "/override gate",
      { requiredContexts: ["gate"], statuses: [status("gate", "success")] },
      ["says"],
    ],
    [
      "a check run with spaces",
      '/override "test / Unit Tests"',
      { checkRuns: [{ name: "test / Unit Tests", status: "completed", conclusion: "failure", detailsUrl: "" }] },
      ["check test / Unit Tests success", "says"],
    ],
    [
      "a check run that runs",
      '/override "unit"',
      { checkRuns: [{ name: "unit", status: "in_progress", conclusion: null, detailsUrl: "" }] },
      ["says"],
    ],
    [
      "a check run that succeeded",
      '/override "unit"',
      { checkRuns: [{ name: "unit", status: "completed", conclusion: "success", detailsUrl: "" }] },
      ["says"],
    ],
    ["nothing named", "/override", failing, ["says"]],
    [
      "sticky",
      "/override-sticky broken-test",
      failing,
      ["records broken-test success", "broken-test success: Overridden by boss [prow:skip-retest]", "says"],
    ],
    ["sticky without a name", "/override-sticky", failing, ["says"]],
  ])("%s", async (_, body, world, expected) => {
    expect(await say(body, world)).toEqual(expected);
  });

  test.each([
    ["an issue", { author: admin, isPullRequest: false }],
    ["a closed pull request", { author: admin, state: "closed" }],
    ["an edited comment", { author: admin, action: "edited" }],
  ] as const)("%s: nothing", async (_, over) => {
    expect(await say("/override broken-test", failing, over)).toEqual([]);
  });

  test.each<[string, string, Partial<World>, object, readonly string[]]>([
    ["a writer", "writer", { permissions: { writer: "write" } }, {}, ["says"]],
    [
      "a member of a team of the repository",
      "dev",
      { teams: { "org/release": ["dev"] } },
      { allowed_github_teams: { "org/repo": ["release"] } },
      green.map((line) => line.replace("boss", "dev")),
    ],
    [
      "a member of a team of the organisation",
      "dev",
      { teams: { "org/release": ["dev"] } },
      { allowed_github_teams: { org: ["release"] } },
      green.map((line) => line.replace("boss", "dev")),
    ],
    [
      "a member of another repository's team",
      "dev",
      { teams: { "org/release": ["dev"] } },
      { allowed_github_teams: { "org/other": ["release"] } },
      ["says"],
    ],
  ])("%s", async (_, login, world, settings, expected) => {
    expect(await say("/override broken-test", { ...failing, ...world }, { author: user(login) }, settings)).toEqual(
      expected,
    );
  });

  test.each(["statuses", "requiredContexts", "branchSha"] as const)(
    "GitHub does not answer %s: says so, overrides nothing",
    async (method) => {
      const config = configOf("override", { settings: settingsOf() });
      const view = fakeView({ permissions: { boss: "admin" }, config, ...failing }, [method]);
      expect(
        (await effectsOf(comment("/override broken-test", { author: admin }), view)).map(({ kind }) => kind),
      ).toEqual(["comment"]);
    },
  );

  test.each<[string, string, readonly string[]]>([
    [
      "all",
      "/override-cancel",
      ["a failure: Override cancelled by boss", "b failure: Override cancelled by boss", "says"],
    ],
    ["one", "/override-cancel b", ["b failure: Override cancelled by boss", "says"]],
    ["none of that name", "/override-cancel c", ["says"]],
  ])("cancel %s", async (_, body, expected) => {
    const statuses = [
      status("a", "success", "Overridden by x"),
      status("b", "success", "Overridden by y"),
      status("c", "success"),
    ];
    expect(await say(body, { statuses })).toEqual(expected);
  });
});
