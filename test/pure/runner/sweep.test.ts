/** Sinker's rules for pods (spec jobs 4.3). */
import { describe, expect, it } from "vitest";
import { leftOver } from "../../../runner/kubernetes/sweep.ts";
import { isOver } from "../../../src/jobs/left-over.ts";
import { SWEEP_MOST } from "../../../src/jobs/protocol.ts";

const NOW = Date.parse("2026-01-01T01:00:00Z");
const pod = (job: string, attempt: number, seconds: number, more: { deletionTimestamp?: string } = {}) => ({
  metadata: {
    name: attempt === 1 ? job : `${job}-${attempt}`,
    uid: `uid of ${job} ${attempt}`,
    creationTimestamp: new Date(NOW - seconds * 1000).toISOString(),
    labels: { "prow.k8s.io/id": job, "cutwater.dev/attempt": String(attempt) },
    ...more,
  },
});
const found = (pods: Parameters<typeof leftOver>[0], held: { job: string; attempt: number }[] = []) =>
  leftOver(pods, held, NOW).map(({ name }) => name);

describe("pods that may be left over", () => {
  it("those that this runner does not follow, the oldest first", () =>
    expect(found([pod("new", 1, 60), pod("old", 2, 90), pod("held", 1, 99)], [{ job: "held", attempt: 1 }])).toEqual([
      "old-2",
      "new",
    ]));
  it("an earlier attempt of a job that it does follow", () =>
    expect(found([pod("a", 1, 60), pod("a", 2, 60)], [{ job: "a", attempt: 2 }])).toEqual(["a"]));
  it("none that is younger than 30 s", () => expect(found([pod("a", 1, 29), pod("b", 1, 31)])).toEqual(["b"]));
  it("none that is going already", () =>
    expect(found([pod("a", 1, 99, { deletionTimestamp: "2026-01-01T00:59:59Z" })])).toEqual([]));
  it("none that does not say whose it is", () =>
    expect(found([{ metadata: { ...pod("a", 1, 99).metadata, labels: { "prow.k8s.io/id": "a" } } }])).toEqual([]));
  it("so many at a time", () =>
    expect(found(Array.from({ length: SWEEP_MOST + 5 }, (_, index) => pod(`j${index}`, 1, 100 + index)))).toHaveLength(
      SWEEP_MOST,
    ));
});

describe("an attempt is over", () => {
  const job = { cluster: "default", attempt: 2, completionTime: null };
  it.each([
    ["when its job is complete", { ...job, completionTime: NOW }, 2, true],
    ["when a later attempt took its place", job, 1, true],
    ["when nobody knows its job (orphaned)", null, 1, true],
    ["never while it may still run", job, 2, false],
    ["not for the runner of another cluster", { ...job, cluster: "other", completionTime: NOW }, 2, false],
  ])("%s", (_, known, attempt, over) => expect(isOver(known, { attempt, cluster: "default" })).toBe(over));
});
