/** kill -9 of the worker's runtime at random points of 100 merges, with a GitHub that fails: each merged once, or it says why not. */
import { afterAll, beforeAll, expect, it } from "vitest";
import * as z from "zod";
import { eventually, type TestSystem, testSystem } from "../harness/system.ts";
import { HARBOR, poolOf } from "../system/tide/support.ts";
import { random, seedOf } from "./random.ts";

const UNTESTED = 84;
const TESTED = 12;
/** Of each pair only one can be merged. */
const PAIRS = 2;
const KILLS = 10;
const CONFLICT = "PR has a merge conflict.";

const TIDE = `tide:
  queries:
  - repos: [${HARBOR}]
    labels: [lgtm]
  batch_size_limit: { "*": 5 }
`;
const JOBS = `presubmits:
  ${HARBOR}:
  - name: pull-unit
    run_if_changed: ^tested/
    decorate: true
    spec:
      containers:
      - image: docker.io/library/alpine:3.22
        command: ["true"]
`;

const Commits = z.array(z.object({ sha: z.string(), parents: z.array(z.object({ sha: z.string() })) }));
const History = z.object({ History: z.record(z.string(), z.array(z.object({ action: z.string() }))) });

let system: TestSystem;
let pool: Awaited<ReturnType<typeof poolOf>>;
beforeAll(async () => {
  system = await testSystem();
  pool = await poolOf(system, TIDE, JOBS);
});
afterAll(() => system?.dispose());

/** First parents from the branch's tip on. */
async function mainline(): Promise<readonly string[]> {
  const commits = new Map<string, readonly string[]>();
  for (let page = 1; ; page += 1) {
    const url = `${system.github.apiUrl}/repos/${HARBOR}/commits?sha=main&per_page=100&page=${page}`;
    const authorization = `Bearer ${system.github.control.token("ada")}`;
    const list = Commits.parse(await (await fetch(url, { headers: { authorization, "user-agent": "test" } })).json());
    for (const { sha, parents } of list)
      commits.set(
        sha,
        parents.map((parent) => parent.sha),
      );
    if (list.length < 100) break;
  }
  const line: string[] = [];
  let at = (await system.github.control.branch(HARBOR, "main")) ?? "";
  while (commits.has(at)) {
    line.push(at);
    at = commits.get(at)?.[0] ?? "";
  }
  return line;
}

/** What a flaky GitHub does now and then, of which nothing may come. */
function fault(dice: () => number): void {
  const { faults } = system.github.control;
  const merge = { method: "PUT", path: "/merge" };
  const kinds = [
    () => faults.request({ kind: "status", status: 502, ...merge }),
    () => faults.request({ kind: "actThenStatus", ...merge }),
    () => faults.request({ kind: "actThenDrop", ...merge }),
    () => faults.request({ kind: "delay", ms: 400, ...merge }),
    () =>
      faults.request({
        kind: "refuse",
        status: 405,
        message: "Base branch was modified. Review and try the merge again.",
        ...merge,
      }),
    () => faults.request({ kind: "secondaryRateLimit", retryAfter: 1, ...merge }),
    () => faults.request({ kind: "status", status: 503, path: "/graphql" }),
    () => faults.request({ kind: "actThenStatus", path: "/statuses/" }),
    () => faults.webhook({ kind: "duplicate" }),
    () => faults.webhook({ kind: "reorder" }),
  ];
  kinds[Math.floor(dice() * kinds.length)]?.();
}

/** GitHub does not deliver again by itself: what the dead runtime refused is redelivered, as an operator would. */
async function redeliver(done: Set<string>): Promise<void> {
  const { control } = system.github;
  const lost = control.deliveries().filter(({ statusCode }) => statusCode === 0 || statusCode >= 500);
  for (const { id } of lost) {
    if (done.has(String(id))) continue;
    done.add(String(id));
    await control.redeliver(id);
  }
}

it("100 pull requests: each is merged exactly once, or says why it is not", async () => {
  const seed = seedOf();
  const dice = random(seed);
  const { control } = system.github;
  const numbers: number[] = [];
  for (let i = 0; i < UNTESTED; i += 1) numbers.push(await pool.pull(`Chaos ${i}`, { [`chaos/${i}.txt`]: `${i}\n` }));
  for (let i = 0; i < TESTED; i += 1) numbers.push(await pool.pull(`Tested ${i}`, { [`tested/${i}.txt`]: `${i}\n` }));
  for (let i = 0; i < PAIRS * 2; i += 1)
    numbers.push(await pool.pull(`Pair ${i}`, { [`pairs/${i >> 1}.txt`]: `one of two: ${i}\n` }));
  expect(numbers).toHaveLength(100);
  await control.settled();
  for (const number of numbers.slice(UNTESTED, UNTESTED + TESTED)) await pool.green(number);

  for (const number of numbers) pool.label(number, "lgtm");
  const again = new Set<string>();
  for (let kills = 0; kills < KILLS; kills += 1) {
    for (let step = 0; step < 3; step += 1) {
      await new Promise((resolve) => setTimeout(resolve, 200 + dice() * 700));
      fault(dice);
    }
    await system.worker.crash();
    await redeliver(again);
  }
  control.faults.clear();
  const state = (number: number): "merged" | "refused" | "waits" => {
    if (pool.merged(number)) return "merged";
    return pool.status(number)?.description?.includes(CONFLICT) ? "refused" : "waits";
  };
  const waiting = () => numbers.filter((number) => state(number) === "waits");
  await eventually(
    `nobody waits any more (seed ${seed})`,
    async () => {
      await redeliver(again);
      return waiting().length === 0;
    },
    360,
  ).catch((error: unknown) => {
    const left = waiting().map((number) => `#${number}: ${pool.status(number)?.description ?? "no status"}`);
    throw new Error(`${String(error)}\n${left.join("\n")}`);
  });

  const refused = numbers.filter((number) => state(number) === "refused");
  expect(refused, `seed ${seed}`).toHaveLength(PAIRS);
  expect(refused.every((number) => numbers.indexOf(number) >= UNTESTED + TESTED)).toBe(true);

  const line = await mainline();
  const merges = numbers.flatMap((number) => pool.page(number).pull?.mergeCommit ?? []);
  expect(new Set(merges).size).toBe(numbers.length - PAIRS);
  const places = merges.map((sha) => line.indexOf(sha));
  expect(
    places.filter((at) => at === -1),
    `seed ${seed}: merges that are not on the branch`,
  ).toEqual([]);
  // Whatever else is on the branch was there before: the newest commits are the merges, each once.
  expect(new Set(line.slice(0, merges.length))).toEqual(new Set(merges));

  const answer = await fetch(`${system.worker.url}/tide-history.js?repo=${encodeURIComponent(HARBOR)}`);
  const records = Object.values(History.parse(await answer.json()).History).flat();
  expect(records.filter(({ action }) => action === "INCIDENT")).toEqual([]);
}, 900_000);
