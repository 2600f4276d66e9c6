/** Known flakes (issue 5, scope 7c): tried once more in the pool, and said so. */
import { describe, expect, test } from "vitest";
import { decide } from "../../../src/tide/decide.ts";
import type { Pool, Run } from "../../../src/tide/model.ts";
import { candidate, context, NOW, OLD, pool, run, settings } from "./pool.ts";

const flaky = settings({
  knownFlakes: [{ name: "runs out of ports", job: "^unit$", failure: "exit code 98" }],
});
const flake = (minutesAgo: number, over: Partial<Run> = {}): Run =>
  run([1], { state: "failure", ending: "Job failed: exit code 98.", startedAt: NOW - minutesAgo * 60_000, ...over });
const red = candidate(1, { contexts: [context("unit", "FAILURE")] });
const with_ = (...runs: Run[]): Pool => pool([red], runs, { settings: flaky });

function seen(of: Pool): readonly [string, string] {
  const { action, waits } = decide(of);
  return [action.kind, waits.find(({ number }) => number === 1)?.code ?? ""];
}

describe("a pull request whose job failed", () => {
  test.each<[string, Pool, readonly [string, string]]>([
    ["by a known flake: its job is started again", with_(flake(9)), ["TRIGGER", "queued"]],
    ["on the base before this one: too", with_(flake(9, { baseSha: OLD })), ["TRIGGER", "queued"]],
    ["twice in a row: it is no flake", with_(flake(9), flake(5)), ["WAIT", "contexts"]],
    [
      "again, after it had passed in between",
      with_(flake(9, { baseSha: OLD }), run([1], { baseSha: OLD, startedAt: NOW - 7 * 60_000 }), flake(5)),
      ["TRIGGER", "queued"],
    ],
    [
      "in another way: it waits for people",
      with_(flake(9, { ending: "Job failed: exit code 1." })),
      ["WAIT", "contexts"],
    ],
    ["and nothing is known of flakes", { ...with_(flake(9)), settings: settings() }, ["WAIT", "contexts"]],
    [
      "while it was at another commit: that excuses nothing",
      with_(flake(9, { pulls: [{ number: 1, sha: "0".repeat(40) }] })),
      ["WAIT", "contexts"],
    ],
  ])("%s", (_, of, expected) => expect(seen(of)).toEqual(expected));

  test("says which flake, while it waits and while it runs again", () => {
    const words = (of: Pool) => decide(of).waits[0]?.text;
    const mark = "Tried again, known flake: unit (runs out of ports).";
    expect(words(with_(flake(9)))).toContain(mark);
    const again = run([1], { state: "pending", startedAt: NOW - 1000 });
    const running = pool([candidate(1, { contexts: [context("unit", "PENDING")] })], [flake(9), again], {
      settings: flaky,
    });
    expect(words(running)).toContain(mark);
    expect(decide(running).action.kind).toBe("WAIT");
  });

  test("is not put into a batch before it has passed by itself", () => {
    const of = pool([red, candidate(2), candidate(3)], [flake(9)], { settings: flaky });
    expect(decide(of).action).toMatchObject({ kind: "TRIGGER_BATCH", pulls: [2, 3] });
  });
});
