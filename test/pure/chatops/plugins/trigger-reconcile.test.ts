/** Open pull requests after a change of the configuration (spec jobs 4.9). */
import { describe, expect, it } from "vitest";
import { trigger } from "../../../../src/chatops/plugins/trigger.ts";
import { reconcileNote } from "../../../../src/chatops/plugins/trigger/reconcile.ts";
import type { Reconciliation } from "../../../../src/jobs/reconcile.ts";
import { fakeView, HEAD, presubmit, pull, repoConfig, timerEvent, user, type World } from "../fake-view.ts";

const NOTHING: Reconciliation = { trigger: [], retire: [], migrate: [] };
const where = { branches: [], skip_branches: [] };
const status = (context: string, state = "failure") => ({
  context,
  state,
  description: "said",
  targetUrl: "https://x/1",
});

async function decide(what: Partial<Reconciliation>, world: Partial<World>) {
  const note = reconcileNote({ ...NOTHING, ...what });
  return (await trigger.timer?.(timerEvent("trigger", note), fakeView(world))) ?? { effects: [], why: "" };
}

it("the repository wakes its open pull requests one after another, those whose branch it concerns", async () => {
  const retire = [{ context: "unit", branches: ["^main$"], skip_branches: [] }];
  const openPulls = [
    { number: 5, base: "main" },
    { number: 6, base: "release-1" },
    { number: 7, base: "main" },
  ];
  const { effects } = await decide({ retire }, { number: 0, openPulls });
  const note = reconcileNote({ ...NOTHING, retire });
  expect(effects).toEqual([
    { kind: "lookAgain", plugin: "trigger", note, afterMs: 5000, number: 5 },
    { kind: "lookAgain", plugin: "trigger", note, afterMs: 7000, number: 7 },
  ]);
});

describe("a new required job", () => {
  const config = repoConfig({
    presubmits: [
      presubmit("unit", { always_run: true }),
      presubmit("docs", { run_if_changed: "^docs/" }),
      presubmit("other", { always_run: true }),
    ],
  });
  const what = { trigger: ["unit", "docs"] };
  const rows: readonly [rule: string, world: Partial<World>, started: readonly string[]][] = [
    ["starts on a trusted pull request, when branch and files match", {}, ["unit"]],
    [
      "with its files, the other one too",
      {
        files: [
          { filename: "docs/a.md", status: "added", additions: 1, deletions: 0, changes: 1, previousFilename: null },
        ],
      },
      ["unit", "docs"],
    ],
    ["not on a draft", { pullRequest: pull({ author: user("member"), draft: true }) }, []],
    ["not on a conflicting one", { pullRequest: pull({ author: user("member"), mergeable: false }) }, []],
    ["not for a stranger", { pullRequest: pull({ author: user("stranger") }) }, []],
    ["not on a closed one", { pullRequest: pull({ author: user("member"), state: "closed" }) }, []],
  ];
  it.each(rows)("%s", async (_rule, world, started) => {
    const { effects } = await decide(what, { pullRequest: pull({ author: user("member") }), config, ...world });
    const jobs = effects.flatMap((effect) => (effect.kind === "startJobs" ? effect.jobs : []));
    expect(jobs.map((job) => job.spec.job)).toEqual(started);
  });
});

describe("contexts", () => {
  const set = (context: string, state: string, description: string, targetUrl = "") => ({
    kind: "setStatus",
    sha: HEAD,
    context,
    state,
    description,
    targetUrl,
  });
  const moved = [
    set("ci/unit", "failure", "said", "https://x/1"),
    set("unit", "success", 'Context retired. Status moved to "ci/unit".'),
  ];
  const migrate = [{ from: "unit", to: "ci/unit", ...where }];
  const retire = [{ context: "unit", ...where }];
  it.each([
    [
      "one that is gone is retired",
      { retire },
      [status("unit")],
      [set("unit", "success", "Context retired without replacement.")],
    ],
    ["one that never came stays away", { retire }, [status("other")], []],
    ["one that has a new name moves with its state", { migrate }, [status("unit")], moved],
    [
      "one that is there under the new name already is left alone",
      { migrate },
      [status("unit"), status("ci/unit")],
      [],
    ],
  ])("%s", async (_rule, what, statuses, expected) => {
    expect((await decide(what, { statuses })).effects).toEqual(expected);
  });
});

it("a timer of somebody else's is left alone", async () => {
  expect((await trigger.timer?.(timerEvent("trigger", "3"), fakeView()))?.effects).toEqual([]);
});
