import { describe, expect, it } from "vitest";
import { backoffMs } from "../../../runner/backoff.ts";
import { createClaims } from "../../../runner/claims.ts";

describe("which offers are claimed", () => {
  it("as many as there are free slots; the others when a slot becomes free, oldest first", () => {
    let running = 0;
    const claims = createClaims(2, () => running);
    expect(["a", "b", "c", "d"].map((job) => claims.offered(job))).toEqual([["a"], ["b"], [], []]);
    expect(claims.free()).toBe(0);
    running = 2;
    claims.answered("a");
    claims.answered("b");
    expect(claims.more()).toEqual([]);
    running = 1;
    expect(claims.more()).toEqual(["c"]);
    expect(claims.more()).toEqual([]);
  });

  it("a job that went elsewhere gives its slot back, and is not claimed later", () => {
    const claims = createClaims(1, () => 0);
    claims.offered("a");
    claims.offered("b");
    claims.offered("c");
    claims.answered("b");
    claims.answered("a");
    expect(claims.more()).toEqual(["c"]);
  });

  it("the same offer twice is claimed once", () => {
    const claims = createClaims(5, () => 0);
    expect([claims.offered("a"), claims.offered("a")]).toEqual([["a"], []]);
  });

  it("a claim without an answer does not hold its slot for ever", () => {
    let now = 0;
    const claims = createClaims(
      1,
      () => 0,
      () => now,
    );
    claims.offered("a");
    expect(claims.offered("b")).toEqual([]);
    now = 31_000;
    expect(claims.more()).toEqual(["b"]);
  });

  it("a lost connection takes offers and claims with it; a closed runner claims nothing", () => {
    const claims = createClaims(1, () => 0);
    claims.offered("a");
    claims.reset();
    expect(claims.free()).toBe(1);
    claims.close();
    expect([claims.offered("b"), claims.free()]).toEqual([[], 0]);
  });
});

describe("backoff", () => {
  it.each([
    [1, 0, 50],
    [1, 1, 100],
    [4, 1, 800],
    [50, 1, 1000],
    [50, 0, 500],
  ])("try %d with chance %d waits %d ms", (attempt, random, expected) =>
    expect(backoffMs(attempt, { firstMs: 100, mostMs: 1000 }, random)).toBe(expected),
  );
});
