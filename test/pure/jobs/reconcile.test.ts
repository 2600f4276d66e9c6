/** What a change of the configuration means for open pull requests (spec jobs 4.9). */
import { describe, expect, it } from "vitest";
import type { Presubmit } from "../../../src/config/model.ts";
import { onBranch, reconciliation } from "../../../src/jobs/reconcile.ts";
import { presubmit } from "../chatops/fake-view.ts";

const unit = presubmit("unit", { always_run: true });
const NOTHING = { trigger: [], retire: [], migrate: [] };
const everywhere = { branches: [], skip_branches: [] };

describe("the difference between then and now", () => {
  const rows: readonly [
    rule: string,
    before: readonly Presubmit[],
    after: readonly Presubmit[],
    expected: Partial<typeof NOTHING> | Record<string, unknown> | null,
  ][] = [
    ["nothing changed", [unit], [unit], null],
    ["a new required job that runs by itself starts", [], [unit], { trigger: ["unit"] }],
    ["a new job by changed files, too", [], [presubmit("docs", { run_if_changed: "^docs" })], { trigger: ["docs"] }],
    ["a new optional job does not", [], [{ ...unit, optional: true }], null],
    ["a new silent job does not", [], [{ ...unit, skip_report: true }], null],
    ["a new job that waits to be asked for does not", [], [presubmit("e2e")], null],
    ["a job that reports now starts", [{ ...unit, skip_report: true }], [unit], { trigger: ["unit"] }],
    [
      "a job with other changed files starts",
      [presubmit("docs", { run_if_changed: "^docs" })],
      [presubmit("docs", { run_if_changed: "^doc" })],
      { trigger: ["docs"] },
    ],
    ["a job that is gone has its context retired", [unit], [], { retire: [{ context: "unit", ...everywhere }] }],
    [
      "so has an optional one: it would stay red (jobs 7.3: test-infra#21814)",
      [{ ...unit, optional: true }],
      [],
      { retire: [{ context: "unit", ...everywhere }] },
    ],
    ["a silent one had no context", [{ ...unit, skip_report: true }], [], null],
    [
      "only on its branches",
      [{ ...unit, branches: ["^main$"], skip_branches: ["x"] }],
      [],
      { retire: [{ context: "unit", branches: ["^main$"], skip_branches: ["x"] }] },
    ],
    [
      "a context that another job reports to now stays",
      [unit],
      [presubmit("unit-2", { context: "unit", optional: true })],
      null,
    ],
    [
      "a context with a new name moves",
      [unit],
      [{ ...unit, context: "ci/unit" }],
      { migrate: [{ from: "unit", to: "ci/unit", ...everywhere }] },
    ],
    ["but not that of an optional job", [unit], [{ ...unit, optional: true, context: "ci/unit" }], null],
  ];
  it.each(rows)("%s", (_rule, before, after, expected) => {
    expect(reconciliation(before, after)).toEqual(expected === null ? null : { ...NOTHING, ...expected });
  });

  it("a base branch gets what concerns it", () => {
    const all = reconciliation([{ ...unit, branches: ["^main$"] }], []);
    if (all === null) throw new Error("nothing");
    expect(onBranch(all, "main")).toEqual(all);
    expect(onBranch(all, "release-1")).toBeNull();
  });
});
