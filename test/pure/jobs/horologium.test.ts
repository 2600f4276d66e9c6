import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextFire } from "../../../src/config/cron.ts";
import {
  arm,
  type Clock,
  clockKey,
  delayOf,
  type Known,
  type LatestRun,
  nextFiring,
  startsRun,
} from "../../../src/jobs/horologium.ts";

const H = 3600_000;
/** 2026-03-02, a Monday, 12:00 UTC. */
const NOON = Date.UTC(2026, 2, 2, 12);
const at = (text: string): number => Date.parse(text);

describe("a cron line's next firing (spec jobs 1.7)", () => {
  const rows: readonly [rule: string, line: string, after: string, next: string][] = [
    ["UTC where no zone is named", "0 9 * * *", "2026-03-02T12:00:00Z", "2026-03-03T09:00:00Z"],
    ["strictly later", "0 12 * * *", "2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z"],
    ["TZ=", "TZ=Asia/Tokyo 0 9 * * *", "2026-03-02T12:00:00Z", "2026-03-03T00:00:00Z"],
    ["CRON_TZ=", "CRON_TZ=America/New_York 0 9 * * *", "2026-03-02T12:00:00Z", "2026-03-02T14:00:00Z"],
    ["summer time moves it", "TZ=America/New_York 0 9 * * *", "2026-03-10T00:00:00Z", "2026-03-10T13:00:00Z"],
    [
      "a time left out fires an hour later",
      "TZ=America/New_York 30 2 * * *",
      "2026-03-08T00:00:00Z",
      "2026-03-08T07:00:00Z",
    ],
    [
      "a time that comes twice fires once",
      "TZ=America/New_York 30 1 * * *",
      "2026-11-01T05:30:00Z",
      "2026-11-02T06:30:00Z",
    ],
    ["every hour fires in both", "TZ=America/New_York 30 * * * *", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"],
    ["a zone and a descriptor", "TZ=Asia/Tokyo @daily", "2026-03-02T12:00:00Z", "2026-03-02T15:00:00Z"],
    ["Go's Local is UTC", "TZ=Local 0 9 * * *", "2026-03-02T00:00:00Z", "2026-03-02T09:00:00Z"],
    ["seconds", "*/20 * * * * *", "2026-03-02T12:00:01Z", "2026-03-02T12:00:20Z"],
    ["@every counts from then", "@every 90m", "2026-03-02T12:00:00Z", "2026-03-02T13:30:00Z"],
    ["day of month or day of week", "0 0 13 * 5", "2026-03-02T12:00:00Z", "2026-03-06T00:00:00Z"],
  ];
  it.each(rows)("%s: %s", (_rule, line, after, next) => {
    expect(new Date(nextFire(line, at(after)) ?? 0).toISOString()).toBe(new Date(next).toISOString());
  });

  it("a day that never comes never fires", () => {
    expect(nextFire("0 0 30 2 *", NOON)).toBeNull();
  });
});

const run = (over: Partial<LatestRun> = {}): LatestRun => ({
  startedAt: NOON - 2 * H,
  endedAt: NOON - H,
  succeeded: true,
  rerun: 0,
  ...over,
});
const failed = (over: Partial<LatestRun> = {}): LatestRun => run({ succeeded: false, ...over });
const running = run({ endedAt: null });

describe("when a periodic runs next (spec jobs 4.4)", () => {
  const retry = { attempts: 2, interval: "90m" };
  const daily = { cron: "0 18 * * *" };
  const rows: readonly [rule: string, clock: Clock, known: Partial<Known>, next: number | null, rerun?: number][] = [
    ["interval, no run before: at once", { interval: "6h" }, { armed: NOON }, NOON],
    ["minimum_interval, no run before: at once", { minimum_interval: "6h" }, { armed: NOON }, NOON],
    ["the first run waits for its jitter", { interval: "6h" }, { armed: NOON, delay: 5 }, NOON + 5],
    ["interval counts from the start", { interval: "6h" }, { latest: run() }, NOON + 4 * H],
    ["minimum_interval counts from the end", { minimum_interval: "6h" }, { latest: run() }, NOON + 5 * H],
    ["interval, still running: when it ends", { interval: "1h" }, { latest: running }, null],
    ["minimum_interval, still running: when it ends", { minimum_interval: "1h" }, { latest: running }, null],
    ["interval that passed while it ran: at once", { interval: "30m" }, { latest: run() }, NOON - 1.5 * H],
    ["cron, no run before: when it fires", daily, { armed: NOON + 6 * H }, NOON + 6 * H],
    ["cron, whatever the latest run", daily, { armed: NOON + 6 * H, latest: running }, NOON + 6 * H],
    ["cron with jitter", daily, { armed: NOON + 6 * H, delay: 7 }, NOON + 6 * H + 7],
    ["cron that never fires again", daily, { armed: null }, null],
    [
      "a failed run is retried after the retry's interval",
      { interval: "6h", retry },
      { latest: failed() },
      NOON - H / 2,
      1,
    ],
    ["a retry waits for the end of the run", { interval: "6h", retry }, { latest: failed({ endedAt: NOON }) }, NOON, 1],
    ["the retry's number counts on", { interval: "6h", retry }, { latest: failed({ rerun: 1 }) }, NOON - H / 2, 2],
    ["no more than attempts", { interval: "6h", retry }, { latest: failed({ rerun: 2 }) }, NOON + 4 * H],
    ["no retry of a success", { interval: "6h", retry }, { latest: run() }, NOON + 4 * H],
    [
      "run_all repeats a success too",
      { interval: "6h", retry: { ...retry, run_all: true } },
      { latest: run() },
      NOON - H / 2,
      1,
    ],
    [
      "no more than ten in a row",
      { interval: "6h", retry: { attempts: 99 } },
      { latest: failed({ rerun: 10 }) },
      NOON + 4 * H,
    ],
    [
      "a cron job is retried between its firings",
      { ...daily, retry },
      { armed: NOON + 6 * H, latest: failed() },
      NOON - H / 2,
      1,
    ],
    ["the run of its own comes first when both are due", { interval: "2h", retry }, { latest: failed() }, NOON],
  ];
  it.each(rows)("%s", (_rule, clock, known, next, rerun = 0) => {
    const firing = nextFiring(clock, { latest: null, armed: null, delay: 0, ...known }, NOON);
    expect(firing).toEqual(next === null ? null : { at: next, rerun });
  });

  it.each<[rule: string, latest: LatestRun | null, retry: number, starts: boolean]>([
    ["no run before: it starts", null, 0, true],
    ["the latest is complete: it starts", run(), 0, true],
    ["the latest runs: the firing is lost", running, 0, false],
    ["run_all's retries start beside it", running, 1, true],
  ])("cron fired, %s", (_rule, latest, rerun, starts) => {
    expect(startsRun(latest, rerun)).toBe(starts);
  });

  it("@every fires when it is first seen, other lines when their time comes", () => {
    expect(arm({ cron: "@every 1h" }, NOON, true)).toBe(NOON);
    expect(arm({ cron: "@every 1h" }, NOON, false)).toBe(NOON + H);
    expect(arm({ cron: "0 18 * * *" }, NOON, true)).toBe(NOON + 6 * H);
  });

  it("firings that nobody was there for are caught up once", () => {
    const days = { latest: run({ startedAt: NOON - 90 * H, endedAt: NOON - 89 * H }), delay: 0 };
    const late = nextFiring(daily, { ...days, armed: NOON - 66 * H }, NOON);
    expect(late).toEqual({ at: NOON - 66 * H, rerun: 0 });
    expect(arm(daily, NOON, false)).toBe(NOON + 6 * H);
  });

  it("a job is armed anew when its clock changes, not when anything else does", () => {
    expect(clockKey({ cron: "0 1 * * *" })).not.toBe(clockKey({ cron: "0 2 * * *" }));
    expect(clockKey({ interval: "1h" })).not.toBe(clockKey({ minimum_interval: "1h" }));
    expect(clockKey({ interval: "1h", retry })).toBe(clockKey({ interval: "1h" }));
  });
});

describe("jitter", () => {
  it("is below its limit and the same each time", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 24 * H }), (name, jitter) => {
        const delay = delayOf(name, jitter);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThan(jitter);
        expect(delayOf(name, jitter)).toBe(delay);
      }),
    );
    expect(delayOf("ci-job", 0)).toBe(0);
  });

  it("spreads the names of Kubernetes' style (jobs 7.3: test-infra#5468, #9575)", () => {
    const buckets = new Set(
      Array.from({ length: 200 }, (_, n) => Math.floor(delayOf(`ci-kubernetes-e2e-${n}`, 1000) / 100)),
    );
    expect(buckets.size).toBe(10);
  });
});
