/** Rows of several pools on one page, filtered, and merges by day (spec jobs 5.10). */
import { describe, expect, it } from "vitest";
import { HistoryFilter, historyOf } from "../../../src/routes/tide-history-data.ts";
import type { HistoryRecord, PoolView } from "../../../src/tide/view.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const HOUR = 3600_000;

let id = 0;
const record = (
  hoursAgo: number,
  action: HistoryRecord["action"],
  pulls: readonly number[],
  err = "",
): HistoryRecord => ({
  id: ++id,
  time: NOW - hoursAgo * HOUR,
  action,
  baseSha: "b".repeat(40),
  target: pulls.map((number) => ({ number, author: number < 10 ? "Mara" : "otto", sha: "s", title: `T${number}` })),
  err,
  times: 1,
});
const pool = (branch: string, history: readonly HistoryRecord[]): PoolView => ({
  org: "o",
  repo: "r",
  branch,
  baseSha: "b",
  action: "WAIT",
  target: [],
  success: [],
  pending: [],
  missing: [],
  batchPending: [],
  blockers: [],
  error: "",
  paused: null,
  frozen: "",
  pulls: [],
  runs: [],
  history,
  updatedAt: NOW,
});
const POOLS = [
  pool("main", [
    record(1, "MERGE", [1]),
    record(2, "MERGE_BATCH", [2, 11]),
    record(3, "MERGE", [3], "refused"),
    record(20, "TRIGGER", [11]),
    record(24 * 20, "MERGE", [4]),
  ]),
  pool("old", [record(30, "MERGE", [5]), record(0.5, "PAUSE", [])]),
];
const shown = (query: Readonly<Record<string, string>>) =>
  historyOf(POOLS, HistoryFilter.parse(query), NOW).rows.map(({ branch, action, target }) =>
    `${branch} ${action} ${target.map(({ number }) => number).join(",")}`.trim(),
  );

describe("the rows", () => {
  it.each([
    [
      {},
      [
        "old PAUSE",
        "main MERGE 1",
        "main MERGE_BATCH 2,11",
        "main MERGE 3",
        "main TRIGGER 11",
        "old MERGE 5",
        "main MERGE 4",
      ],
    ],
    [{ branch: "old" }, ["old PAUSE", "old MERGE 5"]],
    [{ action: "MERGE_BATCH" }, ["main MERGE_BATCH 2,11"]],
    [{ pull: "#11" }, ["main MERGE_BATCH 2,11", "main TRIGGER 11"]],
    [{ author: "mara", action: "MERGE", branch: "main" }, ["main MERGE 1", "main MERGE 3", "main MERGE 4"]],
    [{ author: "nobody" }, []],
    [
      { branch: "x".repeat(300), action: "" },
      [
        "old PAUSE",
        "main MERGE 1",
        "main MERGE_BATCH 2,11",
        "main MERGE 3",
        "main TRIGGER 11",
        "old MERGE 5",
        "main MERGE 4",
      ],
    ],
  ])("for %j are %j", (query: Readonly<Record<string, string>>, expected) => {
    expect(shown(query)).toEqual(expected);
  });
});

it("the days count what was merged, not what was tried", () => {
  const { days } = historyOf(POOLS, HistoryFilter.parse({}), NOW);
  expect(days).toHaveLength(14);
  expect(days.slice(-2)).toEqual([
    { day: "2026-11-22", merged: 1 },
    { day: "2026-11-23", merged: 3 },
  ]);
  expect(days.slice(0, -2).every(({ merged }) => merged === 0)).toBe(true);
});
