/** Two configurations over one recorded event. */
import { describe, expect, it } from "vitest";
import { asRecorded, replay } from "../../../src/chatops/replay.ts";
import { comment, fakeView, presubmit, pull, pullEvent, repoConfig, user } from "./fake-view.ts";

const event = comment("/hold", { labels: [] });
const view = (plugins: readonly string[]) => fakeView({ config: repoConfig({ plugins }) });
const words = (list: readonly { effect: object }[]) => list.map(({ effect }) => JSON.stringify(effect));

describe("replay", () => {
  it("the same configuration decides the same", async () => {
    expect(await replay([event], view(["hold"]), view(["hold"]))).toEqual({ only: [], more: [], failures: [] });
  });

  it("tells what only one of them leads to", async () => {
    const label = `{"kind":"addLabel","label":"do-not-merge/hold"}`;
    expect(words((await replay([event], view(["hold"]), view([]))).only)).toEqual([label]);
    expect(words((await replay([event], view([]), view(["hold"]))).more)).toEqual([label]);
    expect(words((await replay([event], null, view(["hold"]))).more)).toEqual([label]);
    expect(words((await replay([event], view(["hold"]), null)).only)).toEqual([label]);
  });

  it("compares jobs one by one", async () => {
    const said = comment("/test all", { author: user("member") });
    const world = (names: readonly string[]) =>
      fakeView({
        members: { org: ["member", "author"] },
        config: repoConfig({
          plugins: ["trigger"],
          presubmits: names.map((name) => presubmit(name, { always_run: true })),
        }),
      });
    const { only, more } = await replay([said], world(["unit", "lint"]), world(["unit", "docs"]));
    const jobs = (list: typeof only) =>
      list.flatMap(({ effect }) => (effect.kind === "startJobs" ? effect.jobs.map((job) => job.spec.job) : []));
    expect([jobs(only), jobs(more)]).toEqual([["lint"], ["docs"]]);
  });

  it("looks at labels and pull request as the event told them, and asks nobody outside", async () => {
    const later = fakeView({ labels: ["do-not-merge/hold"], config: repoConfig({ plugins: ["hold"] }) });
    const recorded = asRecorded(later, [event]);
    expect(words((await replay([event], recorded, null)).only)).toHaveLength(1);
    const opened = pullEvent("opened", { pullRequest: pull({ title: "Then", labels: ["then"] }) });
    const then = asRecorded(later, [opened]);
    expect([(await then.pullRequest()).title, await then.labels()]).toEqual(["Then", ["then"]]);
    expect((await then.outside({ service: "jira", method: "GET", path: "/" })).status).toBe(0);
  });

  it("names handlers that fail", async () => {
    const failing = fakeView({ config: repoConfig({ plugins: ["hold"] }) }, ["labels"]);
    expect((await replay([event], failing, failing)).failures).toEqual([expect.stringMatching(/^hold: /)]);
  });
});
