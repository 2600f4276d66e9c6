/** Weekly reports: what they say, and that their text does no harm where it is posted. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { destinationsOf, isFor } from "../../../src/velodrome/reports/destinations.ts";
import {
  plainMarkdown,
  reportMarkdown,
  reportsBrief,
  reportsMarkdown,
} from "../../../src/velodrome/reports/markdown.ts";
import type { ReportPull, ReportRun, WeekData } from "../../../src/velodrome/reports/data.ts";
import { duration, weeklyReport } from "../../../src/velodrome/reports/report.ts";
import type { Report } from "../../../src/velodrome/reports/view.ts";
import { weekAt, weekNamed } from "../../../src/velodrome/reports/week.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const seconds = (iso: string): number => Date.parse(iso) / 1000;
const week = weekAt(seconds("2026-11-18T12:00:00Z"));
const AT = week.to + HOUR;

describe("a week", () => {
  it.each([
    ["2026-11-16T00:00:00Z", "2026-W47"],
    ["2026-11-22T23:59:59Z", "2026-W47"],
    ["2026-11-23T00:00:00Z", "2026-W48"],
    ["2027-01-03T12:00:00Z", "2026-W53"],
    ["2024-12-30T00:00:00Z", "2025-W01"],
    ["2021-01-03T00:00:00Z", "2020-W53"],
  ])("%s is in %s", (at, name) => {
    expect(weekAt(seconds(at)).name).toBe(name);
    expect(weekNamed(name)).toEqual(weekAt(seconds(at)));
  });

  it.each(["2026-W54", "2026-W00", "2025-W53", "2026-47", "2026-W7", ""])("%s is none", (name) => {
    expect(weekNamed(name)).toBeNull();
  });
});

let numbers = 0;
function pull(over: Partial<ReportPull> = {}): ReportPull {
  numbers += 1;
  const opened = week.from + DAY;
  const times = { opened, merged: null, response: null, other: null };
  return { number: numbers, author: "mara", bot: 0, draft: 0, flaky: 0, labels: [], ...times, ...over };
}
const run = (job: string, sha: string, state: string, presubmit = 1): ReportRun => ({ job, sha, state, presubmit });

function report(over: Partial<WeekData> = {}): Report {
  const none = { merged: [], opened: [], open: [], newcomers: [], silent: [], runs: [], queues: [] };
  const all = { ...none, ...over };
  const titles = Object.fromEntries(all.open.map(({ number }) => [String(number), `Title of ${number}`]));
  return weeklyReport({ repository: "harbor/boats", week, at: AT, titles, ...all });
}

function partOf({ sections }: Report, title: string) {
  const section = sections.find((one) => one.title === title);
  if (section === undefined) throw new Error(`no section ${title}`);
  const facts = Object.fromEntries(section.facts.map(({ name, value }) => [name, value]));
  return { facts, items: section.items.map(({ number, login, note }) => [number, login, note]), more: section.more };
}

describe("the report", () => {
  it("counts merges, with bots apart", () => {
    const merged = [
      pull({ merged: AT }),
      pull({ merged: AT, author: "ben" }),
      pull({ merged: AT, author: "x", bot: 1 }),
    ];
    const { facts } = partOf(report({ merged, opened: [pull()], open: [pull({ draft: 1 }), pull()] }), "Merges");
    expect(facts).toMatchObject({ merged: "3", "of bots": "1", "authors, without bots": "2", opened: "1" });
    expect(facts).toMatchObject({ "open now": "2", "drafts among them": "1" });
  });

  it("has the nearest rank of latencies, without bots", () => {
    const from = week.from;
    const hours = [1, 2, 3, 4, 30];
    const merged = hours.map((n) => pull({ opened: from, merged: from + n * HOUR }));
    const bot = pull({ opened: from, merged: from + 900 * DAY, bot: 1 });
    const opened = [pull({ opened: from, response: from + 600 }), pull(), pull({ bot: 1 })];
    const { facts } = partOf(report({ merged: [...merged, bot], opened }), "Latency");
    expect(facts).toEqual({
      "opening to merge, median": "3 h 0 min",
      "opening to merge, 85 of 100 within": "1 d 6 h",
      "first response, median": "10 min",
      "first response, 85 of 100 within": "10 min",
      "opened and not answered yet": "1",
    });
    expect(partOf(report(), "Latency").facts["opening to merge, median"]).toBe("none");
  });

  it("finds flakes: a job that failed and passed on one commit; and what failed", () => {
    const runs = [
      run("unit", "a", "failure"),
      run("unit", "a", "success"),
      run("e2e", "a", "failure"),
      run("unit", "b", "failure"),
      run("e2e", "b", "success"),
      run("nightly", "", "failure", 0),
      run("nightly", "", "success", 0),
    ];
    const said = report({ runs, merged: [pull({ flaky: 2 })] });
    expect(partOf(said, "Flakes").facts).toEqual({
      "commits with a flake": "1",
      "commits tested": "2",
      "tests asked for again without a change, before merging": "2",
      unit: "1",
    });
    expect(partOf(said, "Failed jobs").facts).toMatchObject({ failed: "4", ended: "7", unit: "2 of 3", e2e: "1 of 2" });
  });

  it("says who needs help: longest without a word, newcomers, silent reviewers", () => {
    const old = week.from - 20 * DAY;
    const unanswered = pull({ opened: old, author: "newbie" });
    const answered = pull({ opened: old, response: old + DAY, other: old + 10 * DAY });
    const open = [
      answered,
      unanswered,
      pull({ opened: old, draft: 1 }),
      pull({ opened: old, bot: 1 }),
      pull({ opened: old, labels: ["do-not-merge/hold"] }),
      pull({ opened: old, labels: ["needs-rebase"] }),
      pull({ opened: AT - DAY }),
    ];
    const silent = [
      { number: unanswered.number, person: "ada", week: week.from - 14 * DAY },
      { number: unanswered.number, person: "eve", week: AT - DAY },
    ];
    const said = report({ open, newcomers: ["newbie"], silent });
    expect(partOf(said, "Waiting longest")).toMatchObject({
      facts: { waiting: "2" },
      items: [
        [unanswered.number, "newbie", "for 27 d 1 h, never answered"],
        [answered.number, "mara", "for 17 d 1 h"],
      ],
    });
    expect(partOf(said, "New contributors who wait").items).toEqual([
      [unanswered.number, "newbie", "not answered for 27 d 1 h"],
    ]);
    expect(partOf(said, "Reviewers who were asked and are silent").items).toEqual([
      [unanswered.number, "ada", "asked in the week of 2026-11-02"],
    ]);
  });

  it("names ten, and says how many more", () => {
    const open = Array.from({ length: 14 }, () => pull({ opened: week.from - 9 * DAY }));
    const { items, more } = partOf(report({ open }), "Waiting longest");
    expect([items.length, more]).toEqual([10, 4]);
  });

  it("shows the queue by branch, and why it stands", () => {
    const queues = [
      { branch: "main", waiting: 3, held: "" },
      { branch: "release", waiting: 1, held: "frozen" },
    ];
    expect(partOf(report({ queues }), "Merge queue").facts).toEqual({ main: "3", release: "1 (frozen)" });
  });

  it.each([
    [59, "0 min"],
    [720, "12 min"],
    [5 * HOUR + 600, "5 h 10 min"],
    [3 * DAY, "3 d"],
    [3 * DAY + 4 * HOUR, "3 d 4 h"],
  ])("%i seconds are %s", (value, text) => {
    expect(duration(value)).toBe(text);
  });
});

describe("as Markdown", () => {
  const URL = "https://cutwater.test";

  it("links to our pages, and holds no mention, markup or reference of a title", () => {
    const open = [pull({ opened: week.from - 9 * DAY, author: "a`b" })];
    const title = "@harbor/crew fix #12 <img src=x> [x](https://github.com/harbor/boats/pull/3) `y` | z\n/lgtm **b**";
    const data = { merged: [], opened: [], open, newcomers: [], silent: [], runs: [], queues: [] };
    const titles = { [String(open[0]?.number)]: title };
    const text = reportMarkdown(weeklyReport({ repository: "harbor/boats", week, at: AT, titles, ...data }), URL);
    expect(text).toContain(`[${open[0]?.number}](${URL}/pr/harbor/boats/${open[0]?.number})`);
    expect(text).not.toMatch(/@\w|#\d|<img|github\.com\/harbor\/boats\/pull\/3\)|^\/lgtm/m);
    expect(text).toContain("@\u200bharbor/crew");
    expect(text).toContain("`a b`");
    expect(text.replaceAll(`${URL}/`, "")).not.toContain("://");
  });

  it("of any words is one line without a mention, a reference or a link", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 300 }),
        fc.constantFrom("@ada", "#5", "GH-5", "https://x.y", "\n/hold"),
        (noise, bad) => {
          const text = plainMarkdown(`${noise}${bad}${noise}`);
          expect(text).not.toMatch(/@[A-Za-z0-9]|#\d|gh-\d|:\/\/|\n|</i);
        },
      ),
    );
  });

  it("of many repositories stays within a comment, and says where the rest is", () => {
    const open = Array.from({ length: 10 }, () => pull({ opened: week.from - 9 * DAY }));
    const reports = Array.from({ length: 40 }, () => report({ open }));
    const text = reportsMarkdown(reports, URL);
    expect(text.length).toBeLessThan(65_000);
    expect(text).toMatch(/^\d+ more: https:\/\/cutwater\.test\/velodrome\/reports\/2026-W47$/m);
    expect(reportsBrief(reports.slice(0, 1), URL).split("\n")).toEqual([
      `Week 2026-W47: ${URL}/velodrome/reports/2026-W47`,
      "harbor/boats: merged 0; opening to merge, median none; Waiting longest: 10",
    ]);
  });
});

describe("destinations", () => {
  it.each([
    ["", []],
    ["Harbor/Boats#12", [{ name: "harbor/boats#12", about: null, kind: "issue", issue: "harbor/boats#12" }]],
    ["slack:#crew, slack:C02ABC", [{ channel: "#crew" }, { channel: "C02ABC" }]],
    ["harbor/boats=slack:#crew", [{ about: "harbor/boats", kind: "slack" }]],
    ["harbor/boats=a/b#1", [{ about: "harbor/boats", issue: "a/b#1" }]],
  ])("%j", (setting, expected) => {
    expect(destinationsOf(setting)).toMatchObject(expected);
    expect(destinationsOf(setting)).toHaveLength(expected.length);
  });

  it.each(["harbor/boats", "harbor#1", "slack:", "harbor/boats#0", "mail:x", "a/b=c"])("%j is none", (setting) => {
    expect(destinationsOf(setting)).toBeNull();
  });

  it.each([
    ["slack:#crew", "harbor/boats", true, true],
    ["slack:#crew", "harbor/boats", false, false],
    ["harbor/boats#1", "harbor/boats", false, true],
    ["harbor/boats#1", "harbor/boat", false, false],
    ["harbor/boat#1", "harbor/boats", false, false],
    ["harbor/boats=slack:#crew", "harbor/boats", false, true],
    ["harbor/boats=slack:#crew", "harbor/cranes", true, false],
    ["harbor/boats=harbor/cranes#1", "harbor/cranes", false, false],
  ])("%s is for %s (public: %s): %s", (setting, repository, isPublic, expected) => {
    const [destination] = destinationsOf(setting) ?? [];
    expect(destination && isFor(destination, repository, isPublic)).toBe(expected);
  });
});
