/** The measures of a community in D1 (spec velodrome 8.3, 8.4): equal to a plain computation, in bounded steps. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { isBot } from "../../../src/velodrome/measures/bots.ts";
import { factOf } from "../../../src/velodrome/measures/fact.ts";
import type { LatencyName } from "../../../src/velodrome/measures/latency.ts";
import { weekOf } from "../../../src/velodrome/measures/weeks.ts";
import { type Life, lives, measure, mirrored } from "./community.ts";

const NOW = Math.floor(Date.now() / 1000) - 600;

type Fact = ReturnType<typeof factOf>["fact"];
const merged = (of: (fact: Fact, at: number) => number) => (fact: Fact) =>
  fact.merged === null ? [] : [Math.max(0, of(fact, fact.merged))];
const since = (at: number | null, opened: number) => (at === null ? [] : [Math.max(0, at - opened)]);

const SECONDS: Readonly<Record<LatencyName, { pulls: boolean; of: (fact: Fact) => readonly number[] }>> = {
  "issue-response": { pulls: false, of: (fact) => since(fact.first_response, fact.opened) },
  "issue-close": { pulls: false, of: (fact) => since(fact.closed, fact.opened) },
  "pr-response": { pulls: true, of: (fact) => since(fact.first_response, fact.opened) },
  "pr-review": { pulls: true, of: (fact) => since(fact.first_review, fact.opened) },
  "pr-round": { pulls: true, of: (fact) => fact.rounds },
  "pr-lgtm": {
    pulls: true,
    of: merged((fact, at) => (fact.first_lgtm ?? fact.first_approved ?? at) - fact.opened),
  },
  "pr-approve": {
    pulls: true,
    of: merged((fact, at) => (fact.first_lgtm === null ? 0 : (fact.first_approved ?? at) - fact.first_lgtm)),
  },
  "pr-approved-merge": {
    pulls: true,
    of: merged((fact, at) => (fact.first_approved === null ? 0 : at - fact.first_approved)),
  },
  "pr-merge": { pulls: true, of: merged((fact, at) => at - fact.opened) },
};

/** Row of the sorted values that has at least so many of a hundred at or below it. */
const nearest = (sorted: readonly number[], percent: number) =>
  sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? null;

function expectedLatencies(all: readonly Life[]): ReadonlyMap<string, readonly (number | null)[]> {
  const values = new Map<string, number[]>();
  for (const life of all) {
    const { fact } = factOf(life);
    if (isBot(fact.author)) continue;
    for (const [name, { pulls, of }] of Object.entries(SECONDS)) {
      if (pulls !== (fact.is_pr === 1)) continue;
      for (const sig of ["", ...fact.sigs])
        for (const size of ["", fact.size]) {
          const key = `${name} ${weekOf(fact.opened)} ${sig}/${size}`;
          if (of(fact).length > 0) values.set(key, [...(values.get(key) ?? []), ...of(fact)]);
        }
    }
  }
  return new Map(
    [...values].map(([key, found]) => {
      const sorted = found.toSorted((a, b) => a - b);
      return [key, [sorted.length, ...[15, 50, 85, 95].map((percent) => nearest(sorted, percent))]];
    }),
  );
}

type Row = { measure: string; week: number; sig: string; size: string } & Record<
  "n" | "p15" | "p50" | "p85" | "p95",
  number
>;

async function latencies(repository: string): Promise<ReadonlyMap<string, readonly (number | null)[]>> {
  const { results } = await env.DB.prepare("SELECT * FROM measure_week WHERE repository = ?")
    .bind(repository)
    .all<Row>();
  return new Map(
    results
      .filter(({ measure: name }) => Object.hasOwn(SECONDS, name))
      .map(({ measure: name, week, sig, size, n, p15, p50, p85, p95 }) => [
        `${name} ${week} ${sig}/${size}`,
        [n, p15, p50, p85, p95],
      ]),
  );
}

async function persons(repository: string): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare("SELECT * FROM person_week WHERE repository = ?")
    .bind(repository)
    .all<{ kind: string; week: number; sig: string; person: string; n: number }>();
  return Object.fromEntries(results.map(({ kind, week, sig, person, n }) => [`${kind} ${week} ${sig} ${person}`, n]));
}

function expectedPersons(all: readonly Life[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const life of all) {
    const { fact, deeds } = factOf(life);
    for (const { kind, week, person, n } of deeds)
      for (const sig of ["", ...fact.sigs]) {
        const key = `${kind} ${week} ${sig} ${person}`;
        sums[key] = (sums[key] ?? 0) + n;
      }
  }
  return sums;
}

async function equal(repository: string, all: readonly Life[]): Promise<void> {
  expect(Object.fromEntries(await latencies(repository))).toEqual(Object.fromEntries(expectedLatencies(all)));
  expect(await persons(repository)).toEqual(expectedPersons(all));
}

describe("the measures of a repository", { timeout: 60_000 }, () => {
  it("are those of a plain computation, in steps that stay within the rows of an invocation, restarted between any two", async () => {
    const repository = "measures/all";
    const all = lives(250, NOW, 150);
    await mirrored(repository, all, NOW - 5000);
    const { most } = await measure(repository, NOW * 1000, { restart: true });
    expect(most).toBeLessThan(6000);
    await equal(repository, all);
    expect(expectedLatencies(all).size).toBeGreaterThan(400);
  });

  it("stay within them in the busiest of weeks", async () => {
    const repository = "measures/busy";
    const all = lives(500, NOW, 7);
    await mirrored(repository, all, NOW - 5000);
    const { most } = await measure(repository, NOW * 1000);
    expect(most).toBeLessThan(6000);
    await equal(repository, all);
  });

  it("follow what changes, and nothing else", async () => {
    const repository = "measures/change";
    const all = lives(150, NOW, 60);
    await mirrored(repository, all, NOW - 5000);
    const first = await measure(repository, (NOW - 4000) * 1000);
    const changed = all.slice(40, 45);
    for (const { issue, pull, comments, reviews } of changed) {
      Object.assign(issue, { state: "closed", closed: NOW - 100, labels: ["size/XXL", "sig/storage", "sig/new"] });
      if (pull) pull.merged = NOW - 100;
      comments.push({ review: 0, user: "newcomer", body: "/lgtm", at: NOW - 200 });
      reviews.splice(0);
    }
    await env.DB.prepare("DELETE FROM mirror_review WHERE repository = ? AND issue BETWEEN 41 AND 45")
      .bind(repository)
      .run();
    await mirrored(repository, changed, NOW - 50);
    const then = await measure(repository, NOW * 1000);
    expect(then.sum).toBeLessThan(first.sum / 2);
    await equal(repository, all);
    const nothing = await measure(repository, (NOW + 2000) * 1000);
    expect(nothing.sum).toBeLessThan(3500);
    await equal(repository, all);
  });

  it("lose what was deleted, and see rows that came late, within a day", async () => {
    const repository = "measures/late";
    const all = lives(60, NOW, 40);
    await mirrored(repository, all, NOW - 5000);
    await measure(repository, (NOW - 2 * 86_400) * 1000);
    await env.DB.prepare("UPDATE mirror_issue SET gone = 1 WHERE repository = ? AND number <= 10")
      .bind(repository)
      .run();
    const [late] = all.slice(30);
    late?.comments.push({ review: 0, user: "latecomer", body: "", at: NOW - 300 });
    if (late) await mirrored(repository, [late], NOW - 5000 - 86_400 * 9);
    await measure(repository, NOW * 1000);
    await equal(repository, all.slice(10));
  });

  it("count nothing twice and nothing never when the database fails before or after it wrote", async () => {
    const repository = "measures/faults";
    const all = lives(120, NOW, 30);
    await mirrored(repository, all, NOW - 5000);
    let batches = 0;
    const flaky = Object.create(env.DB, {
      prepare: { value: (query: string) => env.DB.prepare(query) },
      batch: {
        value: async (statements: D1PreparedStatement[]) => {
          batches += 1;
          if (batches % 3 === 1) throw new Error("D1: reset before");
          const answers = await env.DB.batch(statements);
          if (batches % 3 === 2) throw new Error("D1: reset after");
          return answers;
        },
      },
    }) as D1Database;
    await measure(repository, NOW * 1000, { db: flaky });
    expect(batches).toBeGreaterThan(30);
    await equal(repository, all);
  });
});
