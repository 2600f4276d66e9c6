/** Tide from end to end (spec jobs 5): real merges in the sandbox GitHub, real jobs. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { HARBOR, poolOf } from "./support.ts";

const TIDE = `tide:
  queries:
  - repos: [${HARBOR}]
    labels: [lgtm]
    missingLabels: [do-not-merge/hold]
  blocker_label: tide/merge-blocker
  squash_label: tide/merge-method-squash
`;
const Jobs = z.object({ jobs: z.array(z.object({ type: z.string(), state: z.string(), baseSha: z.string() })) });
let system: TestSystem;
let pool: Awaited<ReturnType<typeof poolOf>>;

beforeAll(async () => {
  system = await testSystem();
  pool = await poolOf(system, TIDE);
});
afterAll(() => system?.dispose());

const control = () => system.github.control;
const main = () => control().branch(HARBOR, "main");
const jobs = async (query: string) => {
  const answer = await fetch(`${system.worker.url}/api/jobs?repo=${HARBOR}&limit=100&${query}`);
  return Jobs.parse(await answer.json()).jobs;
};
const merged = (number: number) => eventually(`#${number} is merged`, () => pool.merged(number), 60);
/** Stops all merging for a while. */
async function blocked(work: () => Promise<void>): Promise<void> {
  const { number } = control().createIssue({ repo: HARBOR, as: "ada", title: "The harbour is closed" });
  control().addLabel({ repo: HARBOR, number, as: "ada", label: "tide/merge-blocker" });
  await control().settled();
  try {
    await work();
  } finally {
    control().setState({ repo: HARBOR, number, as: "ada", state: "closed" });
  }
}
const push = (file: string) =>
  control().push({ repo: HARBOR, as: "ada", branch: "main", files: { [file]: "x\n" }, message: file });

describe("a pull request", () => {
  it("says what it lacks, and is merged as soon as it has it", async () => {
    const number = await pool.pull("One");
    await pool.green(number);
    const lacks = "Not mergeable. Needs lgtm label.";
    await eventually("it says what it lacks", () => pool.status(number)?.description === lacks);
    expect(pool.status(number)?.state).toBe("pending");
    pool.label(number, "lgtm");
    await merged(number);
  });

  it("is tested again on a base that moved, and by that alone", async () => {
    const number = await pool.pull("Two");
    await pool.green(number);
    await blocked(async () => {
      pool.label(number, "lgtm");
      const why = /^Not mergeable. Merging is blocked by issue \d+\.$/;
      await eventually("it says what blocks it", () => why.test(pool.status(number)?.description ?? ""));
      await push("moved.txt");
      await control().settled();
    });
    const base = await main();
    await merged(number);
    const runs = await jobs(`pull=${number}`);
    expect(runs).toHaveLength(2);
    expect(runs.filter(({ baseSha }) => baseSha === base)).toHaveLength(1);
  });

  it("whose answer GitHub lost is merged once, and the next goes on", async () => {
    const [first, second] = [await pool.pull("Lost"), await pool.pull("After it")];
    await pool.green(first);
    await pool.green(second);
    control().faults.request({ kind: "actThenStatus", method: "PUT", path: `/pulls/${first}/merge` });
    pool.label(first, "lgtm");
    await merged(first);
    pool.label(second, "lgtm");
    await merged(second);
  });

  it("that GitHub refuses says so, and keeps nobody else from being merged", async () => {
    const [refused, other] = [await pool.pull("Refused"), await pool.pull("Behind it")];
    await pool.green(refused);
    await pool.green(other);
    control().review({ repo: HARBOR, number: other, as: "ada", verdict: "APPROVE", body: "" });
    control().protect({ repo: HARBOR, branch: "main", contexts: [], reviews: 1 });
    pool.label(refused, "lgtm");
    const why = "GitHub refused to merge it: At least 1 approving review is required";
    await eventually("it says why", () => pool.status(refused)?.description?.includes(why));
    pool.label(other, "lgtm");
    await merged(other);
    expect(pool.merged(refused)).toBe(false);
    control().review({ repo: HARBOR, number: refused, as: "ada", verdict: "APPROVE", body: "" });
    await merged(refused);
    control().protect({ repo: HARBOR, branch: "main", contexts: [] });
  });

  it("is found by the search of the cron when every webhook was lost", async () => {
    const number = await pool.pull("Silent");
    await pool.green(number);
    await control().settled();
    control().faults.webhook({ kind: "drop", times: 1000 });
    pool.label(number, "lgtm");
    await system.worker.scheduled("*/5 * * * *", new Date(Date.UTC(2026, 10, 23, 12, 20)));
    await merged(number);
    control().faults.clear();
  });
});

describe("a batch", () => {
  it("is tested as one and merged in its order, without another test", async () => {
    const numbers = [await pool.pull("Ba"), await pool.pull("Bb"), await pool.pull("Bc")];
    for (const number of numbers) await pool.green(number);
    await blocked(async () => {
      for (const number of numbers) pool.label(number, "lgtm");
      await push("again.txt");
      await control().settled();
    });
    for (const number of numbers) await merged(number);
    const batches = (await jobs("type=batch")).filter(({ state }) => state === "success");
    expect(batches).toHaveLength(1);
  });
});

describe("somebody who pushes while a merge is under way", () => {
  it("is told of in the history, and what is in line is tested again", async () => {
    const number = await pool.pull("Raced");
    await pool.green(number);
    control().faults.request({ kind: "delay", ms: 3000, method: "PUT", path: `/pulls/${number}/merge` });
    pool.label(number, "lgtm");
    await eventually("the merge is on its way", () => control().faults.waiting.requests.length === 0);
    await push("race.txt");
    await merged(number);
    const history = async () => (await fetch(`${system.worker.url}/tide-history.js`)).text();
    await eventually("the incident", async () => (await history()).includes("INCIDENT"));
  });
});
