/**
 * Merge pools: from the last required status to the merge call and what a merge asks of GitHub, through the built worker
 * against the sandbox; what a decision on a large pool costs; and what strategies would do with one history.
 */
import { performance } from "node:perf_hooks";
import { generateHistory } from "../cli/tide/history.ts";
import { simulate } from "../cli/tide/simulation.ts";
import { STRATEGIES } from "../cli/tide/strategies.ts";
import type { RequestRecord } from "../sandbox/http/journal.ts";
import { assess } from "../src/tide/assess.ts";
import { decide } from "../src/tide/decide.ts";
import { inRepository } from "../test/harness/repositories.ts";
import { eventually, type TestSystem, testSystem } from "../test/harness/system.ts";
import { BASE, candidate, context, job, pool } from "../test/pure/tide/pool.ts";
import { HARBOR, poolOf } from "../test/system/tide/support.ts";
import { milliseconds, quantile, type Row } from "./table.ts";

const MERGES = 20;
const REQUIRED = "ci/elsewhere";
/** Prow's `sync_period` when nothing is said. Milliseconds. */
const PERIOD_MS = 60_000;
const TIDE = `tide:
  queries:
  - repos: [${HARBOR}]
    labels: [lgtm]
`;
const PULLS = 500;
const CONTEXTS = 100;
const DECISIONS = 15;

export async function benchTide(): Promise<Row[]> {
  return [...(await merges()), ...decisions(), ...simulations()];
}

async function merges(): Promise<readonly Row[]> {
  const system = await testSystem({ capacity: 0 });
  try {
    const { control } = system.github;
    const harbor = await poolOf(system, TIDE, "presubmits: {}\n");
    control.protect({ repo: HARBOR, branch: "main", contexts: [REQUIRED] });
    const ours: number[] = [];
    const calls: RequestRecord[] = [];
    // The first wakes every object, and is not counted.
    for (let nth = 0; nth <= MERGES; nth += 1) {
      const number = await harbor.pull(`Change ${nth}`);
      harbor.label(number, "lgtm");
      await eventually(`#${number} waits for its status`, () => harbor.status(number)?.description?.includes(REQUIRED));
      await control.settled();
      const { waited, made } = await mergedBy(system, number);
      if (nth === 0) continue;
      ours.push(waited);
      calls.push(...made);
    }
    const phases = ours.map((waited, at) => waited + ((at + 0.5) / ours.length) * PERIOD_MS);
    const seconds = (q: number): string => `${(quantile(phases, q) / 1000).toFixed(0)} s`;
    return [
      {
        name: "last required status to the merge call p50 / p90",
        value: `${milliseconds(quantile(ours, 0.5))} / ${milliseconds(quantile(ours, 0.9))}`,
        note: `GitHub's own time taken off; at the next sync of Prow's minute: ${seconds(0.5)} / ${seconds(0.9)}`,
      },
      {
        name: "GitHub calls from the last status to merged",
        value: (calls.length / MERGES).toFixed(1),
        note: [...Map.groupBy(calls, kindOf)]
          .map(([kind, of]) => `${(of.length / MERGES).toFixed(1)} ${kind}`)
          .join(", "),
      },
    ];
  } finally {
    await system.dispose();
  }
}

/** Gives a pull request its last status: milliseconds to the merge call without GitHub's own, and the pool's calls. */
async function mergedBy(system: TestSystem, number: number) {
  const { control } = system.github;
  const harbor = inRepository(system, "harbor");
  control.journal.clear();
  const state = { state: "success", context: REQUIRED, description: "Well." };
  await harbor.call("ada", "POST", `/statuses/${harbor.page(number).pull?.head ?? ""}`, state);
  const posted = control.journal.requests.find(
    ({ endpoint }) => endpoint?.startsWith("POST") && endpoint.includes("/statuses"),
  );
  await eventually(`#${number} is merged`, () => harbor.page(number).pull?.merged, 60);
  await control.settled();
  const merge = await eventually("the merge call has ended", () =>
    control.journal.requests.find(
      ({ method, path }) => method === "PUT" && path === `/repos/${harbor.repo}/pulls/${number}/merge`,
    ),
  );
  // What follows the merge (its commit's parent) is asked at once.
  await eventually("the pool is at rest", () => Date.now() - Math.max(...control.journal.requests.map(endOf)) > 500);
  const made = control.journal.requests.filter(({ delivery }) => delivery?.startsWith("tide"));
  const from = posted ? endOf(posted) : Number.NaN;
  const until = startOf(merge);
  return { waited: Math.max(0, until - from - theirs(control.journal.requests, from, until)), made };
}

const endOf = ({ at }: RequestRecord): number => Date.parse(at);
const startOf = (record: RequestRecord): number => endOf(record) - record.duration;

/** How long, between two moments, at least one call was being answered. Milliseconds. */
function theirs(records: readonly RequestRecord[], from: number, until: number): number {
  let sum = 0;
  let covered = from;
  for (const one of records.toSorted((a, b) => startOf(a) - startOf(b))) {
    const end = Math.min(endOf(one), until);
    sum += Math.max(0, end - Math.max(covered, startOf(one)));
    covered = Math.max(covered, end);
  }
  return sum;
}

function kindOf({ method, endpoint, path }: RequestRecord): string {
  if (path === "/graphql") return "GraphQL";
  return endpoint?.replace("/repos/{owner}/{repo}", "") ?? method;
}

function decisions(): readonly Row[] {
  const names = Array.from({ length: CONTEXTS }, (_, at) => `job-${at}`);
  const jobs = names.map((name) => job(name));
  const rows = [
    { state: "tested on the base before", contexts: names.map((name) => context(name)) },
    {
      state: "tested on this base",
      contexts: names.map((name) => context(name, "SUCCESS", `Job succeeded. BaseSHA:${BASE}`)),
    },
  ];
  return rows.map(({ state, contexts }) => {
    const of = pool(Array.from({ length: PULLS }, (_, at) => candidate(at + 1, { contexts }, { jobs })));
    const took: number[] = [];
    let kind = "";
    for (let nth = 0; nth < DECISIONS; nth += 1) {
      const began = performance.now();
      kind = decide(of, assess(of)).action.kind;
      took.push(performance.now() - began);
    }
    return {
      name: `decision, ${PULLS} pull requests x ${CONTEXTS} contexts p50 / max`,
      value: `${milliseconds(quantile(took, 0.5))} / ${milliseconds(quantile(took, 1))}`,
      note: `all ${state}: ${kind}`,
    };
  });
}

function simulations(): readonly Row[] {
  const history = generateHistory({
    seed: 1,
    pulls: 300,
    perHour: 8,
    jobs: 6,
    jobMinutes: 40,
    flake: 0.02,
    breaks: 0.01,
    clash: 0.02,
    conflict: 0.05,
  });
  return Object.entries(STRATEGIES).map(([name, { batchSizeLimit, ...chosen }]) => {
    const outcome = simulate(history, {
      seed: 1,
      settings: { ...chosen, batchSizeLimit: batchSizeLimit < 0 ? -1 : 5, starvationMs: 0 },
      humanMinutes: 60,
      mendMinutes: 240,
      mergeSeconds: 3,
    });
    const { merged, hours, waits, jobMinutes } = outcome;
    const [half, most] = [0.5, 0.9].map((q) => quantile(waits, q).toFixed(0));
    return {
      name: `simulated merges per hour, ${name}`,
      value: (merged / hours).toFixed(1),
      note: `${merged} merged, p50 ${half} min, p90 ${most} min, ${(jobMinutes / merged).toFixed(0)} job minutes a merge`,
    };
  });
}
