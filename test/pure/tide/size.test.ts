/** What a decision on a large pool costs (issue 5, bench): nothing in it grows with the square of the pool. */
import { expect, test } from "vitest";
import { decide } from "../../../src/tide/decide.ts";
import { candidate, context, job, pool, run } from "./pool.ts";

test("a batch of 500 with 100 contexts each: each reason stays short", () => {
  const names = Array.from({ length: 100 }, (_, at) => `job-${at}`);
  const jobs = names.map((name) => job(name));
  const contexts = names.map((name) => context(name));
  const all = Array.from({ length: 500 }, (_, at) => candidate(at + 1, { contexts }, { jobs }));
  const numbers = all.map(({ facts }) => facts.number);
  const of = pool(
    all,
    names.map((name) => run(numbers, { job: name, state: "pending" })),
  );
  const { waits } = decide(of);
  expect(new Set(waits.map(({ code }) => code))).toEqual(new Set(["in-batch"]));
  expect(Math.max(...waits.map(({ text }) => text.length))).toBeLessThan(120);
  expect(waits[0]?.text).toBe("It is tested together with #2, #3, #4, #5, #6, #7, #8, #9, #10, #11 and 489 more.");
});
