import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobState } from "../../../src/jobs/prowjob.ts";
import {
  baseShaOf,
  COMMENT_MARKER,
  commentEffects,
  statusDescription,
  statusEffect,
} from "../../../src/jobs/report.ts";
import { renderTemplate } from "../../../src/jobs/template.ts";
import { BASE, HEAD, repoConfig, summary } from "./fixtures.ts";

describe("the commit status (spec jobs 4.6.1)", () => {
  it.each<[JobState, string]>([
    ["scheduling", "pending"],
    ["triggered", "pending"],
    ["pending", "pending"],
    ["success", "success"],
    ["failure", "failure"],
    ["aborted", "failure"],
    ["error", "error"],
  ])("%s is %s on GitHub", (state, expected) => {
    expect(statusEffect(summary({ state }))).toMatchObject({
      kind: "setStatus",
      sha: HEAD,
      context: "pull-unit",
      state: expected,
      targetUrl: "https://cutwater.test/jobs/id-1",
    });
  });

  it("an aborted run says why (jobs 7.3: test-infra#18918)", () => {
    const description = "Aborted by trigger plugin.";
    expect(statusEffect(summary({ state: "aborted", description, baseSha: "" }))).toMatchObject({ description });
  });

  it.each([
    ["report: false", { report: false }],
    ["a periodic", { type: "periodic" as const }],
    ["a batch", { type: "batch" as const }],
    ["no commit", { sha: "" }],
    ["no context", { context: "" }],
  ])("nothing for %s", (_what, over) => expect(statusEffect(summary(over))).toBeNull());

  it("nothing for a type that job_types_to_report leaves out", () => {
    expect(statusEffect(summary({ type: "postsubmit" }), ["presubmit"])).toBeNull();
    expect(statusEffect(summary({ type: "postsubmit" }), ["postsubmit"])).not.toBeNull();
  });

  it("right-aligns the base commit within 140 characters", () => {
    const description = statusDescription("Job succeeded.", BASE);
    expect(Array.from(description)).toHaveLength(140);
    expect(description).toMatch(new RegExp(`^Job succeeded\\.\u2001+ BaseSHA:${BASE}$`));
  });

  it("takes the middle out of a text that is too long", () => {
    const description = statusDescription(`start${"x".repeat(300)}end`, BASE);
    expect(Array.from(description)).toHaveLength(140);
    expect(description).toMatch(/^startx+ \.\.\. x+end BaseSHA:b{40}$/);
    expect(statusDescription("y".repeat(200), "")).toHaveLength(140);
  });

  it("is at most 140 characters and gives its base commit back, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
        const description = statusDescription(text, BASE);
        expect(Array.from(description).length).toBe(140);
        if (!/base ?sha:/i.test(text)) expect(baseShaOf(description)).toBe(BASE);
      }),
    );
  });

  it.each([
    ["x BaseSHA:short", null],
    ["no commit", null],
    [`two BaseSHA:${BASE} BaseSHA:${BASE}`, null],
    [`old Basesha:${BASE}`, BASE],
  ])("reads %j as %j", (text, sha) => expect(baseShaOf(text)).toBe(sha));
});

describe("the maintained comment (spec jobs 4.6.1)", () => {
  const context = { author: "ixdy", publicUrl: "https://cutwater.test", config: repoConfig(), number: 42 };
  const body = (...runs: Parameters<typeof summary>[0][]) => {
    const [effect, ...more] = commentEffects(runs.map(summary), context);
    expect(more).toEqual([]);
    return effect?.kind === "upsertComment" ? effect.body : (effect?.kind ?? "none");
  };
  const rows = (text: string) => text.split("\n").filter((line) => line.includes("](https://cutwater.test/jobs"));

  it("names the author, has the table that other bots parse, and the marker", () => {
    expect(body({})).toMatchInlineSnapshot(`
      "@ixdy: 1 test failed. Comment \`/retest\` to run every failed test again, or \`/retest-required\` for the required ones alone.

      Test name | Commit | Details | Required | Rerun command
      --- | --- | --- | --- | ---
      pull-unit | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | [link](https://cutwater.test/jobs/id-1) | true | \`/test unit\`

      <details>

      This comment is kept up to date as tests end. All commands of this bot: https://cutwater.test/command-help?repo=kubernetes%2Ftest-infra.
      </details>
      <!-- test report -->"
    `);
  });

  it("has a row for exactly failure; success, error and aborted have none", () => {
    const text = body(
      { context: "fails" },
      { context: "passes", state: "success" },
      { context: "errs", state: "error" },
      { context: "stops", state: "aborted" },
    );
    expect(rows(text).map((row) => row.split(" | ")[0])).toEqual(["fails"]);
  });

  it("is deleted when nothing fails any more", () => {
    expect(commentEffects([summary({ state: "success" })], context)).toEqual([
      { kind: "deleteComments", marker: COMMENT_MARKER },
    ]);
  });

  it("says nothing before the first run is complete, and keeps the row of a run that is repeated", () => {
    const pending = { state: "pending" as const, complete: false };
    expect(commentEffects([summary(pending)], context)).toEqual([]);
    expect(rows(body({ startTime: 1 }, { ...pending, startTime: 2 }))).toHaveLength(1);
  });

  it("counts the last complete run of a context, whatever the commit", () => {
    expect(body({ startTime: 1 }, { startTime: 2, state: "success", sha: "c".repeat(40) })).toBe("deleteComments");
    expect(rows(body({ startTime: 1, sha: "c".repeat(40) }, { startTime: 2 }))[0]).toContain(HEAD);
  });

  it("leaves out postsubmits and what is not reported", () => {
    expect(commentEffects([summary({ type: "postsubmit" }), summary({ report: false })], context)).toEqual([]);
  });

  it("says whether a test is required, and keeps a pipe from breaking the table", () => {
    const [row = ""] = rows(body({ optional: true, context: "a|b", rerunCommand: "" }));
    expect(row).toBe(`a\\|b | ${HEAD} | [link](https://cutwater.test/jobs/id-1) | false | `);
  });

  it("no_comment_repos: nothing", () => {
    const config = repoConfig({ reporter: { no_comment: true } });
    expect(commentEffects([summary()], { ...context, config })).toEqual([]);
  });

  it("summary_comment_repos: not before all runs are complete, and praise when all passed", () => {
    const config = repoConfig({ reporter: { summary_comment: true } });
    const still = summary({ context: "other", state: "pending", complete: false });
    expect(commentEffects([summary(), still], { ...context, config })).toEqual([]);
    const [passed] = commentEffects([summary({ state: "success" })], { ...context, config });
    expect(passed).toMatchObject({ kind: "upsertComment", body: expect.stringContaining("all tests passed") });
    const stopped = summary({ context: "other", state: "aborted" });
    expect(commentEffects([summary({ state: "success" }), stopped], { ...context, config })).toMatchObject([
      { kind: "deleteComments" },
    ]);
  });

  it("renders the report template", () => {
    const template =
      "[History](https://prow/pr-history?org={{.Spec.Refs.Org}}&repo={{.Spec.Refs.Repo}}&pr={{with index .Spec.Refs.Pulls 0}}{{.Number}}{{end}}).";
    const [effect] = commentEffects([summary()], { ...context, config: repoConfig({ template }) });
    expect(effect).toMatchObject({
      body: expect.stringContaining("[History](https://prow/pr-history?org=kubernetes&repo=test-infra&pr=42)."),
    });
  });
});

describe("Go templates, the part that report templates use", () => {
  const data = { A: { B: "b", N: 3, Empty: "", List: [{ X: "1" }, { X: "2" }] } };
  it.each<[string, string | null]>([
    ["plain", "plain"],
    ["{{.A.B}}{{ .A.N }}", "b3"],
    ["{{index .A.List 1}}", '{"X":"2"}'],
    ["{{with .A}}{{.B}}{{end}}", "b"],
    ["{{with .A}}{{$.A.N}}{{end}}", "3"],
    ["{{if .A.Empty}}yes{{else}}no{{end}}", "no"],
    ["{{range .A.List}}<{{.X}}>{{end}}", "<1><2>"],
    ["a {{- .A.B -}} c", "abc"],
    ["{{/* a comment */}}x", "x"],
    ["{{.A.Missing}}", null],
    ["{{index .A.List 9}}", null],
    ['{{printf "%s" .A.B}}', null],
    ["{{if .A}}open", null],
    ["{{end}}", null],
    ["{{.constructor}}", null],
  ])("%s", (template, expected) => expect(renderTemplate(template, data)).toBe(expected));
});
