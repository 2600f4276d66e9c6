/** What keeps pull requests from being merged, one after the other: each says so, and none keeps the next (spec jobs 5.8, 5.9). */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { HARBOR, poolOf } from "./support.ts";

const HOLD = "do-not-merge/hold";
const SQUASH = "tide/merge-method-squash";
const TIDE = `tide:
  queries:
  - repos: [${HARBOR}]
    labels: [lgtm]
    missingLabels: [${HOLD}]
  blocker_label: tide/merge-blocker
  squash_label: ${SQUASH}
  rebase_label: kind/feature
`;
/** The job of a pull request that has a file slow.txt waits until the test lets it go on. */
const jobsOf = (gate: string) => `presubmits:
  ${HARBOR}:
  - name: pull-unit
    always_run: true
    decorate: true
    spec:
      containers:
      - image: docker.io/library/alpine:3.22
        command: ["sh", "-c", "test ! -e slow.txt || until test -e '${gate}'; do sleep 0.2; done"]
`;
const Jobs = z.object({ jobs: z.array(z.object({ type: z.string(), state: z.string(), baseSha: z.string() })) });
let system: TestSystem;
let pool: Awaited<ReturnType<typeof poolOf>>;
let gate: string;

beforeAll(async () => {
  system = await testSystem();
  gate = path.join(system.folder, "gate");
  pool = await poolOf(system, TIDE, jobsOf(gate));
});
afterAll(() => system?.dispose());

const control = () => system.github.control;
const main = () => control().branch(HARBOR, "main");
const merged = (number: number) => eventually(`#${number} is merged`, () => pool.merged(number), 60);
const says = (number: number, words: string) =>
  eventually(`#${number} says: ${words}`, () => pool.status(number)?.description?.includes(words), 60);
const jobs = async (query: string) => {
  const answer = await fetch(`${system.worker.url}/api/jobs?repo=${HARBOR}&limit=100&${query}`);
  return Jobs.parse(await answer.json()).jobs;
};
const push = (file: string) =>
  control().push({ repo: HARBOR, as: "ada", branch: "main", files: { [file]: "x\n" }, message: file });

describe("a pull request", () => {
  it("of which two labels want two methods is merged when one is gone", async () => {
    const number = await pool.pull("Methods");
    pool.label(number, SQUASH);
    pool.label(number, "kind/feature");
    pool.label(number, "lgtm");
    await says(number, "PR has conflicting merge method override labels");
    expect(pool.status(number)?.state).toBe("error");
    await pool.green(number);
    pool.unlabel(number, "kind/feature");
    await merged(number);
  });

  it("on hold waits, and is merged when the label is gone", async () => {
    const number = await pool.pull("Hold");
    pool.label(number, HOLD);
    pool.label(number, "lgtm");
    await pool.green(number);
    await says(number, `Should not have ${HOLD} label.`);
    pool.unlabel(number, HOLD);
    await merged(number);
  });

  it("that conflicts with the one before it says so, and the next is merged", async () => {
    const files = (text: string) => ({ "notes/same.txt": `${text}\n` });
    const [first, second, third] = [
      await pool.pull("First", files("first")),
      await pool.pull("Second", files("second")),
      await pool.pull("Third"),
    ];
    for (const number of [first, second, third]) await pool.green(number);
    pool.label(first, "lgtm");
    await merged(first);
    pool.label(second, "lgtm");
    await says(second, "PR has a merge conflict.");
    pool.label(third, "lgtm");
    await merged(third);
    expect(pool.merged(second)).toBe(false);
  });

  it("is not merged untested when the webhook of a push was lost", async () => {
    const number = await pool.pull("Slow", { "slow.txt": "x\n" });
    pool.label(number, "lgtm");
    await says(number, "Retesting: pull-unit");
    await control().settled();
    control().faults.webhook({ kind: "drop", event: "push" });
    const base = await push("unheard.txt");
    expect(await main()).toBe(base);
    await writeFile(gate, "");
    await merged(number);
    const runs = await jobs(`pull=${number}`);
    expect(runs.filter(({ baseSha, state }) => baseSha === base && state === "success")).toHaveLength(1);
  });
});

describe("a batch of which Git cannot merge one onto another", () => {
  it("goes on at once without the one that came later, and with all others", async () => {
    const files = (text: string) => ({ "notes/clash.txt": `${text}\n` });
    const first = await pool.pull("Clash, first", files("first"));
    const second = await pool.pull("Clash, second", files("second"));
    const third = await pool.pull("Clash, third");
    const all = [first, second, third];
    for (const number of all) await pool.green(number);
    await pool.paused(true);
    for (const number of all) pool.label(number, "lgtm");
    for (const number of all) await says(number, "stopped by hand");
    const history = async () => (await fetch(`${system.worker.url}/tide-history.js`)).text();
    expect(await history()).toMatch(/"action":"PAUSE"[^}]*a test/);
    await push("clash-base.txt");
    await pool.paused(false);
    await merged(first);
    await merged(third);
    await says(second, "PR has a merge conflict.");
    // The doomed one is not tried again, and nothing runs in vain for who cannot be merged.
    const failed = (await jobs("type=batch")).filter(({ state }) => state === "failure");
    expect(failed).toHaveLength(1);
    expect((await jobs(`pull=${second}`)).map(({ state }) => state)).not.toContain("failure");
  }, 300_000);
});

describe("a green batch of which GitHub refuses one", () => {
  it("is not thrown away: the others are merged", async () => {
    const [before, refused, behind] = [await pool.pull("Ba"), await pool.pull("Bb"), await pool.pull("Bc")];
    const all = [before, refused, behind];
    const approve = (number: number) =>
      control().review({ repo: HARBOR, number, as: "ada", verdict: "APPROVE", body: "" });
    for (const number of all) await pool.green(number);
    for (const number of [before, behind]) approve(number);
    await pool.paused(true);
    for (const number of all) pool.label(number, "lgtm");
    for (const number of all) await says(number, "stopped by hand");
    await push("refusal-base.txt");
    const base = await main();
    control().protect({ repo: HARBOR, branch: "main", contexts: [], reviews: 1 });
    await pool.paused(false);
    for (const number of [before, behind]) await merged(number);
    await says(refused, "GitHub refused to merge it: At least 1 approving review is required");
    expect(pool.merged(refused)).toBe(false);
    const batches = (await jobs("type=batch")).filter(({ baseSha }) => baseSha === base);
    expect(batches.map(({ state }) => state)).toEqual(["success"]);
    approve(refused);
    await merged(refused);
    control().protect({ repo: HARBOR, branch: "main", contexts: [] });
  }, 300_000);
});
