/** Durations, cron lines and ignore patterns as Go and git read them (spec jobs 1.1, 1.4, 1.7). */
import { describe, expect, it } from "vitest";
import { cronerPattern, isCron } from "../../../src/config/cron.ts";
import { ignoredBy } from "../../../src/config/prowignore.ts";
import { Duration, durationSeconds } from "../../../src/config/values.ts";

describe("durations", () => {
  it.each([
    ["1h30m", 5400],
    ["1.5h", 5400],
    ["90s", 90],
    ["100ms", 0.1],
    ["-2m", -120],
    ["0", 0],
    ["1h1h", 7200],
    [".5m", 30],
    [3_000_000_000, 3],
    ["10", null],
    ["1d", null],
    ["h", null],
    ["1 h", null],
    ["", null],
  ])("%s is %s seconds", (written, seconds) => {
    expect(durationSeconds(written)).toEqual(seconds);
  });

  it("a number counts nanoseconds and becomes text", () => {
    expect(Duration.parse(90_000_000_000)).toBe("90s");
    expect(Duration.parse("1m")).toBe("1m");
  });
});

describe("cron lines", () => {
  it.each([
    "0 5 * * *",
    "*/15 * * * *",
    "5/20 * * * *",
    "0 0 1-7 * MON",
    "30 0 5 * * *",
    "0 22, 10 * * *",
    "@daily",
    "@every 90m",
    "TZ=UTC 0 5 * * *",
    "0 5 ? * *",
  ])("%s is one", (line) => {
    expect(isCron(line)).toBe(true);
  });
  it.each([
    "",
    "* * * *",
    "61 * * * *",
    "0 24 * * *",
    "0 0 * * 7",
    "0 0 L * *",
    "@sometimes",
    "@every",
    "@every 5",
    ", * * * *",
    "a b c d e",
  ])("%s is none", (line) => {
    expect(isCron(line)).toBe(false);
  });
  it("an idle comma and a start without an end are written out for croner", () => {
    expect(cronerPattern("0 22, 10 * * *")).toBe("0 22 10 * * *");
    expect(cronerPattern("5/20 * * * *")).toBe("5-59/20 * * * *");
  });
});

describe(".prowignore", () => {
  const rows: readonly [rule: string, text: string, ignored: readonly string[], kept: readonly string[]][] = [
    [
      "a name, at any depth",
      "old.yaml",
      ["jobs/old.yaml", "jobs/a/old.yaml"],
      ["jobs/old.yaml.yaml", "jobs/bold.yaml"],
    ],
    ["with a slash, from its folder", "/a/*.yaml", ["jobs/a/x.yaml"], ["jobs/b/a/x.yaml", "jobs/a/b/x.yaml"]],
    ["a folder", "gen/", ["jobs/gen/x.yaml", "jobs/a/gen/x.yaml"], ["jobs/gen.yaml"]],
    ["two stars", "a/**/z.yaml", ["jobs/a/z.yaml", "jobs/a/b/c/z.yaml"], ["jobs/z.yaml"]],
    ["the last that speaks decides", "*.yaml\n!keep.yaml", ["jobs/x.yaml"], ["jobs/keep.yaml"]],
    ["a set", "job[0-9].yaml", ["jobs/job1.yaml"], ["jobs/jobs.yaml"]],
    ["a comment and an empty line", "# x.yaml\n\n", [], ["jobs/x.yaml"]],
    ["dots are dots", "a.yaml", ["jobs/a.yaml"], ["jobs/aXyaml"]],
  ];
  it.each(rows)("%s", (_rule, text, ignored, kept) => {
    const test = ignoredBy([{ path: "jobs/.prowignore", text }]);
    expect(ignored.filter((path) => !test(path))).toEqual([]);
    expect(kept.filter((path) => test(path))).toEqual([]);
  });

  it("one in a deeper folder comes after, and speaks of that folder only", () => {
    const test = ignoredBy([
      { path: "jobs/a/.prowignore", text: "!x.yaml" },
      { path: "jobs/.prowignore", text: "x.yaml" },
    ]);
    expect([test("jobs/a/x.yaml"), test("jobs/b/x.yaml")]).toEqual([false, true]);
  });
});
