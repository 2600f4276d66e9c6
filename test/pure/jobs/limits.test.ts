import { expect, it } from "vitest";
import { flushAfter } from "../../../src/jobs/limits.ts";

it.each([
  [true, 0, 1_000],
  [true, 3_600_000, 1_000],
  [false, 0, 2_000],
  [false, 29_999, 2_000],
  [false, 30_000, 10_000],
])("the log of a job (watched: %s) is flushed %i ms after its begin every %i ms", (watched, age, wait) =>
  expect(flushAfter(watched, age)).toBe(wait),
);
