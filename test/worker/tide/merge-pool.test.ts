/** A merge pool against a GitHub that refuses, forgets and moves (spec jobs 5.8; issue 5, scope 2 and 5). */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { forgetConfiguration, useConfiguration } from "../web/configuration.ts";
import { REQUIRED, refuse, sha } from "./github.ts";
import { ORG, testPool } from "./support.ts";

const REFUSALS = [
  [405, "Pull Request is not mergeable"],
  [405, "At least 1 approving review is required by reviewers with write access."],
  [405, "Pull Request has merge conflicts"],
  [409, "Head branch was modified. Review and try the merge again."],
] as const;
const ONES = ["plain", "turns", "lost", "moved", "parent", "passing", "once"];
/** Calls of one merge, from the first look. */
const STEPS = 7;
const STEPPED = Array.from({ length: STEPS }, (_, at) => ["before", "after"].map((when) => `${when}-${at + 1}`)).flat();
const REPOS = [...ONES, ...REFUSALS.map((_, at) => `refused-${at}`), ...STEPPED];

beforeAll(async () => {
  const repos = REPOS.map((repo) => `${ORG}/${repo}`).join(", ");
  await useConfiguration(
    "presubmits: {}\n",
    `tide:\n  queries:\n  - { repos: [${repos}], labels: [lgtm], missingLabels: [hold] }\n`,
  );
});
afterAll(() => forgetConfiguration());
afterEach(() => void vi.unstubAllGlobals());

describe("a merge", () => {
  it("sends the head that was decided on, and asks for the commit's parent", async () => {
    const pool = testPool("plain");
    pool.github.pull(1);
    await pool.tell({ kind: "pulls", numbers: [1] });
    expect(pool.github.asked.find(({ what }) => what === "merge #1")?.body).toMatchObject({ sha: sha("head 1") });
    expect(pool.github.count(`compare ${sha("tip")}...${sha("merge 1")}`)).toBe(1);
    expect(pool.github.asked, "each of them is tried below").toHaveLength(STEPS);
    expect((await pool.history()).map(({ action, err }) => [action, err])).toEqual([["MERGE", ""]]);
  });

  it("is the only one at a time, whatever is told meanwhile", async () => {
    const pool = testPool("turns");
    for (const number of [1, 2, 3]) pool.github.pull(number);
    const held = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    pool.github.before = async (what) => {
      if (what === "merge #1") {
        reached.resolve();
        await held.promise;
      }
      return null;
    };
    const working = pool.tell({ kind: "pulls", numbers: [1, 2, 3] });
    await reached.promise;
    await pool.only({ kind: "pulls", numbers: [2, 3] });
    await pool.only({ kind: "blockers" });
    held.resolve();
    await working;
    await pool.ring();
    expect(pool.github.merged).toEqual([1, 2, 3]);
    expect(pool.github.most).toBe(1);
  });

  it("whose answer is lost is read back before anything else is asked for", async () => {
    const pool = testPool("lost");
    pool.github.pull(1);
    pool.github.pull(2);
    pool.github.after = async (what) => (what === "merge #1" ? refuse(502, "Bad gateway") : null);
    await pool.tell({ kind: "pulls", numbers: [1, 2] });
    await pool.ring();
    const asked = pool.github.asked.map(({ what }) => what);
    expect(asked[asked.indexOf("merge #1") + 1]).toBe("read #1");
    expect([pool.github.count("merge #1"), pool.github.count("merge #2")]).toEqual([1, 1]);
    expect((await pool.history()).map(({ action, target }) => [action, target.map(({ number }) => number)])).toEqual([
      ["MERGE", [1]],
      ["MERGE", [2]],
    ]);
  });

  it("is not asked for when the branch moved after the decision: the pool looks again", async () => {
    const pool = testPool("moved");
    pool.github.pull(1);
    const pushed = { at: 0 };
    pool.github.before = async (what, nth) => {
      // The first read is the one that is decided on.
      if (what === "read #1" && nth === 2) {
        pool.github.push("outside");
        pushed.at = pool.github.asked.length;
      }
      return null;
    };
    await pool.tell({ kind: "pulls", numbers: [1] });
    await pool.ring();
    const since = pool.github.asked.slice(pushed.at).map(({ what }) => what);
    expect(since).toContain("merge #1");
    expect(since.slice(0, since.indexOf("merge #1")).filter((what) => what.startsWith("read"))).not.toEqual([]);
    const [first, last] = await pool.history();
    expect(first?.err).toContain("main was moved by somebody else");
    expect(last).toMatchObject({ action: "MERGE", baseSha: sha("outside"), err: "" });
  });

  it("that stands on another commit than the one decided on is recorded as an incident", async () => {
    const pool = testPool("parent");
    pool.github.pull(1);
    pool.github.before = async (what) => {
      if (what === "merge #1") pool.github.push("between");
      return null;
    };
    await pool.tell({ kind: "pulls", numbers: [1] });
    const [merge, incident] = await pool.history();
    expect(merge).toMatchObject({ action: "MERGE", err: "" });
    expect(incident?.action).toBe("INCIDENT");
    expect(incident?.err).toContain(`Somebody pushed ${sha("between").slice(0, 7)} to main while #1 was merged`);
  });
});

describe("a refusal", () => {
  it.each(REFUSALS.map(([status, message], at) => ({ repo: `refused-${at}`, status, message })))(
    "$status $message: said in the status, the next is merged, tried again only after a change",
    async ({ repo, status, message }) => {
      const pool = testPool(repo);
      const refusing = { yes: true };
      pool.github.pull(1);
      pool.github.pull(2);
      pool.github.before = async (what) => (what === "merge #1" && refusing.yes ? refuse(status, message) : null);
      await pool.tell({ kind: "pulls", numbers: [1, 2] });
      expect(pool.github.merged).toEqual([2]);
      expect(pool.statuses.some((text) => text.startsWith("#1: ") && text.includes(message.slice(0, 25)))).toBe(true);
      expect((await pool.history()).some(({ err }) => err.includes(message))).toBe(true);
      // The branch moved under it: that may have changed GitHub's mind, once.
      await pool.pass(10_000);
      await pool.ring();
      const tries = pool.github.count("merge #1");
      expect(tries).toBe(2);
      await pool.pass(7_200_000);
      await pool.tell({ kind: "pulls", numbers: [1] });
      await pool.ring();
      expect(pool.github.count("merge #1")).toBe(tries);
      refusing.yes = false;
      pool.github.pull(1, { labels: ["lgtm", "changed"] });
      await pool.tell({ kind: "pulls", numbers: [1] });
      expect(pool.github.merged).toEqual([2, 1]);
    },
  );

  it("of another kind (422) passes by itself, after a pause", async () => {
    const pool = testPool("passing");
    pool.github.pull(1);
    pool.github.before = async (what, nth) =>
      what === "merge #1" && nth === 1 ? refuse(422, "Validation Failed") : null;
    await pool.tell({ kind: "pulls", numbers: [1] });
    await pool.ring();
    expect(pool.github.count("merge #1")).toBe(1);
    expect(pool.statuses.at(-1)).toContain("Validation Failed");
    await pool.pass(10_000);
    await pool.ring();
    expect(pool.github.merged).toEqual([1]);
  });
});

it("a status is written once for each change", async () => {
  const pool = testPool("once");
  pool.github.pull(1, { ci: "PENDING" });
  await pool.tell({ kind: "pulls", numbers: [1] });
  await pool.tell({ kind: "pulls", numbers: [1] });
  await pool.tell({ kind: "configuration" });
  expect(pool.statuses).toHaveLength(1);
  expect(pool.statuses[0]).toContain(REQUIRED);
  pool.github.pull(1, { ci: "PENDING", labels: [] });
  await pool.tell({ kind: "pulls", numbers: [1] });
  await pool.tell({ kind: "blockers" });
  expect(pool.statuses).toHaveLength(2);
  expect(pool.statuses[1]).toContain("lgtm");
});

describe("an object that is evicted", () => {
  it.each(STEPPED.map((repo) => ({ repo })))(
    "$repo: the call of that number is its last; merged once",
    async ({ repo }) => {
      const [when, step] = repo.split("-");
      const pool = testPool(repo, true);
      pool.github.pull(1);
      const gone = { yes: false };
      const stop = async (): Promise<Response | null> => {
        gone.yes ||= pool.github.asked.length === Number(step);
        return gone.yes ? refuse(503, "gone") : null;
      };
      if (when === "before") pool.github.before = stop;
      else pool.github.after = stop;
      await pool.tell({ kind: "pulls", numbers: [1] });
      expect(gone.yes).toBe(true);
      gone.yes = false;
      pool.github.before = pool.github.after = async () => null;
      await pool.ring();
      await pool.ring();
      expect(pool.github.merged).toEqual([1]);
      const merges = (await pool.history()).filter(({ action, err }) => action === "MERGE" && err === "");
      expect(merges.map(({ target, times }) => [target.map(({ number }) => number), times])).toEqual([[[1], 1]]);
    },
  );
});
