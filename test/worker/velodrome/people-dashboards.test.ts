/** The dashboards of what community managers ask (spec velodrome 8.2 to 8.4): right, and within 4,500 rows of D1 for each panel. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { contributors } from "../../../src/velodrome/dashboards/contributors.ts";
import { latency } from "../../../src/velodrome/dashboards/latency.ts";
import type { Chart, Dashboard, Scope, Table } from "../../../src/velodrome/dashboards/panel.ts";
import { retests } from "../../../src/velodrome/dashboards/retests.ts";
import { reviewers } from "../../../src/velodrome/dashboards/reviewers.ts";
import { sigsOf, stuck } from "../../../src/velodrome/dashboards/stuck.ts";
import { isBot } from "../../../src/velodrome/measures/bots.ts";
import { factOf } from "../../../src/velodrome/measures/fact.ts";
import { WEEK, weekOf } from "../../../src/velodrome/measures/weeks.ts";
import { lives, measure, mirrored } from "./community.ts";
import { counted, usedRows } from "./support.ts";

const NOW = Math.floor(Date.now() / 1000) - 600;
const REPOSITORY = "panels/one";
const OTHER = "panels/two";
const LIVES = lives(160, NOW, 100);
const OTHERS = lives(40, NOW, 20);
const SCOPE: Scope = {
  repositories: [REPOSITORY],
  from: NOW - 100 * 86_400,
  to: NOW,
  width: 1000,
  sig: "",
  now: NOW,
};

async function load(dashboard: Dashboard, id: string, scope: Partial<Scope> = {}): Promise<Chart | Table> {
  const panel = dashboard.panels.find((one) => one.id === id);
  if (!panel) throw new Error(`no panel ${id}`);
  usedRows();
  const loaded = await panel.load(counted(env.DB), { ...SCOPE, ...scope });
  expect(usedRows()).toBeLessThanOrEqual(4500);
  return loaded;
}

async function chart(dashboard: Dashboard, id: string, scope: Partial<Scope> = {}): Promise<Chart> {
  const loaded = await load(dashboard, id, scope);
  if (loaded.kind !== "chart") throw new Error(`${id} is no chart`);
  return loaded;
}

const DEEDS = LIVES.flatMap((life) => factOf(life).deeds);
const FACTS = LIVES.map((life) => factOf(life).fact).filter(({ author }) => !isBot(author));

beforeAll(async () => {
  await mirrored(REPOSITORY, LIVES, NOW - 5000);
  await mirrored(OTHER, OTHERS, NOW - 5000);
  await measure(REPOSITORY, NOW * 1000);
  await measure(OTHER, (NOW - 100) * 1000);
}, 60_000);

describe("panels", () => {
  const panels = [latency, stuck, reviewers, contributors, retests].flatMap((dashboard) =>
    dashboard.panels.map((panel) => [dashboard, panel] as const),
  );
  it.each(panels.map(([dashboard, panel]) => [dashboard.id, panel.id, dashboard] as const))(
    "%s/%s reads few rows, whatever is asked, and says up to when it knows",
    async (_id, panel, dashboard) => {
      const known = await load(dashboard, panel);
      expect(known.asOf).toBe(NOW);
      const [one] = [known.kind === "chart" ? known.times.length : known.columns.length];
      expect(one).toBeGreaterThan(0);
      const all = Array.from({ length: 18 }, (_, n) => `panels/none-${n}`);
      await load(dashboard, panel, { repositories: [...all, REPOSITORY, OTHER], from: 0 });
      const none = await load(dashboard, panel, { repositories: ["panels/none"] });
      expect(none.asOf).toBeNull();
      expect((await load(dashboard, panel, { repositories: [REPOSITORY, OTHER], sig: "node" })).asOf).toBe(NOW - 100);
    },
  );
});

describe("latency", () => {
  const nearest = (values: readonly number[], percent: number) =>
    values.toSorted((a, b) => a - b)[Math.ceil((percent / 100) * values.length) - 1] ?? null;
  const merges = (week: number, sig = "", size = "") =>
    FACTS.filter((fact) => weekOf(fact.opened) === week && fact.is_pr === 1)
      .filter((fact) => (sig === "" || fact.sigs.includes(sig)) && (size === "" || fact.size === size))
      .flatMap(({ merged, opened }) => (merged === null ? [] : [merged - opened]));

  it("shows the percentiles of each week, and how many there were", async () => {
    const { times, lines, step } = await chart(latency, "pr-merge");
    expect(step).toBe(WEEK);
    expect(times.at(-1)).toBe(weekOf(NOW - 1));
    for (const [at, percent] of [15, 50, 85, 95].entries())
      expect(lines[at]).toEqual({ name: `p${percent}`, values: times.map((week) => nearest(merges(week), percent)) });
    expect(lines[4]?.values).toEqual(times.map((week) => merges(week).length || null));
    expect(lines[1]?.values.filter((value) => value !== null).length).toBeGreaterThan(8);
  });

  it("of a SIG alone, and by size", async () => {
    const node = await chart(latency, "pr-merge", { sig: "node" });
    expect(node.lines[1]?.values).toEqual(node.times.map((week) => nearest(merges(week, "node"), 50)));
    const sizes = await chart(latency, "pr-merge-by-size");
    for (const { name, values } of sizes.lines)
      expect(values).toEqual(sizes.times.map((week) => nearest(merges(week, "", name), 50)));
  });

  it("of each repository, when there are several", async () => {
    const { lines } = await chart(latency, "pr-merge", { repositories: [REPOSITORY, OTHER] });
    expect(lines.filter(({ hidden }) => !hidden).map(({ name }) => name)).toEqual([REPOSITORY, OTHER]);
    const alone = await chart(latency, "pr-merge");
    expect(lines[0]?.values).toEqual(alone.lines[1]?.values);
  });
});

async function table(dashboard: Dashboard, id: string, scope: Partial<Scope> = {}): Promise<Table> {
  const loaded = await load(dashboard, id, scope);
  if (loaded.kind !== "table") throw new Error(`${id} is no table`);
  return loaded;
}

describe("stuck work", () => {
  const open = FACTS.filter(({ closed }) => closed === null);
  const pulls = open.filter(({ is_pr: isPull }) => isPull === 1);
  const last = ({ lines }: Chart) => Object.fromEntries(lines.map(({ name, values }) => [name, values.at(-1)]));
  const older = (facts: typeof FACTS, days: number) =>
    facts.filter(({ opened }) => opened < NOW - days * 86_400).length;
  const idle = (facts: typeof FACTS, days: number) =>
    facts.filter(({ last_other: other, opened }) => (other ?? opened) < NOW - days * 86_400).length;
  const lacking = (label: string) => pulls.filter(({ labels }) => !labels.includes(label)).length;
  const having = (label: string) => pulls.filter(({ labels }) => labels.some((one) => one.startsWith(label))).length;

  it("is counted as it is now", async () => {
    expect(last(await chart(stuck, "awaiting"))).toEqual({
      open: pulls.length,
      "over 10 days": older(pulls, 10),
      "over 30 days": older(pulls, 30),
      "over 60 days": older(pulls, 60),
      "over 90 days": older(pulls, 90),
      "over a year": 0,
    });
    const inactive = { "for 14 days": idle(pulls, 14), "for 30 days": idle(pulls, 30), "for 90 days": idle(pulls, 90) };
    expect(last(await chart(stuck, "inactive-pull-requests"))).toEqual(inactive);
    expect(last(await chart(stuck, "blocked"))).toEqual({
      open: pulls.length,
      "not approved": lacking("approved"),
      "without lgtm": lacking("lgtm"),
      "release note needed": having("release-note-label-needed"),
      "needs ok-to-test": having("needs-ok-to-test"),
      "needs rebase": having("needs-rebase"),
      "do-not-merge": having("do-not-merge"),
    });
    expect(pulls.length).toBeGreaterThan(20);
  });

  it("by SIG, each number with the search that lists it", async () => {
    const { rows, columns } = await table(stuck, "by-sig", { github: "https://git.example.com" });
    const [all, ...sigs] = rows;
    expect(all?.[0]).toBe("all");
    expect(sigs.map(([sig]) => sig)).toEqual(["network", "node", "storage"]);
    const node = sigs[1]?.[columns.findIndex(({ name }) => name === "Held")];
    const held = pulls.filter(({ sigs, labels }) => sigs.includes("node") && labels.includes("do-not-merge/hold"));
    expect(node).toEqual({
      text: String(held.length),
      href: `https://git.example.com/pulls?q=${encodeURIComponent(
        `is:open is:pr repo:${REPOSITORY} label:sig/node label:do-not-merge/hold,do-not-merge/work-in-progress`,
      )}`,
    });
  });

  it("its SIGs can be chosen from", async () => {
    usedRows();
    expect(await sigsOf(counted(env.DB), [REPOSITORY, OTHER], NOW)).toEqual(["network", "node", "storage"]);
    expect(usedRows()).toBeLessThan(100);
    expect(await sigsOf(env.DB, ["panels/none"], NOW)).toEqual([]);
  });

  it("those that wait longest come first", async () => {
    const { rows } = await table(stuck, "waiting");
    const longest = pulls
      .filter(({ draft }) => draft === 0)
      .map(({ last_other: other, opened }) => NOW - (other ?? opened))
      .toSorted((a, b) => b - a)
      .slice(0, 30);
    expect(rows.map((cells) => cells[2])).toEqual(longest);
  });
});

const total = (kind: string, person?: string) =>
  DEEDS.filter((one) => one.kind === kind && (person === undefined || one.person === person)).reduce(
    (sum, { n }) => sum + n,
    0,
  );

describe("people", () => {
  it("who reviews: each person's sums, the busiest first", async () => {
    const { rows } = await table(reviewers, "by-person");
    expect(rows.length).toBeGreaterThan(5);
    const busy = rows.map(([, ...counts]) => counts.reduce<number>((sum, one) => sum + Number(one), 0));
    expect(busy).toEqual(busy.toSorted((a, b) => b - a));
    for (const [person, reviews, lines, lgtm, approve] of rows) {
      const of = (kind: string) => total(kind, typeof person === "string" ? person : "");
      expect([person, reviews, lines, lgtm, approve]).toEqual([
        person,
        of("review"),
        of("line-comment"),
        of("lgtm"),
        of("approve"),
      ]);
    }
  });

  it("who is asked in vain", async () => {
    const { rows } = await table(reviewers, "requested");
    for (const [person, asked, answered, silent] of rows) {
      const of = (kind: string) => total(kind, typeof person === "string" ? person : "");
      expect([asked, answered]).toEqual([of("requested"), of("answered")]);
      expect(silent).toBeCloseTo(1 - of("answered") / of("requested"));
    }
    expect(rows.length).toBeGreaterThan(5);
    const { lines } = await chart(reviewers, "silent-requests");
    expect(lines[0]?.values.every((value) => value === null || (value >= 0 && value <= 1))).toBe(true);
    const even = await chart(reviewers, "evenness");
    expect(even.lines[0]?.values.some((value) => value !== null && value > 0 && value < 1)).toBe(true);
    expect(even.lines[1]?.values.filter((value) => value !== null).every((value) => value > 0.5)).toBe(true);
  });

  it("how much waits for each SIG, by size", async () => {
    const { rows } = await table(reviewers, "workload");
    const weights = new Map(Object.entries({ XS: 0.25, S: 0.5, M: 1, L: 2, XL: 4, XXL: 8 }));
    const node = FACTS.filter((one) => one.is_pr === 1 && one.closed === null && one.sigs.includes("node"));
    const found = rows.find(([sig]) => sig === "node");
    expect(found?.slice(1, 3)).toEqual([
      node.length,
      node.reduce((sum, { size }) => sum + (weights.get(size) ?? 1), 0),
    ]);
    expect(Number(found?.[4])).toBeCloseTo(Number(found?.[2]) / Number(found?.[3]));
  });

  it("who is new, and who comes back", async () => {
    const { times, lines } = await chart(contributors, "arrivals");
    const pulls = FACTS.filter((one) => one.is_pr === 1).toSorted((a, b) => a.opened - b.opened || a.number - b.number);
    const firsts = new Map<string, number>();
    for (const { author, opened } of pulls) if (!firsts.has(author)) firsts.set(author, weekOf(opened));
    const of = (week: number) =>
      new Set(pulls.filter((one) => weekOf(one.opened) === week).map(({ author }) => author));
    const fresh = times.map((week) => [...of(week)].filter((author) => firsts.get(author) === week).length);
    const named = Object.fromEntries(lines.map(({ name, values }) => [name, values.map((value) => value ?? 0)]));
    expect(named.new).toEqual(fresh);
    expect(named.returning).toEqual(times.map((week, at) => of(week).size - (fresh[at] ?? 0)));
    const { rows } = await table(contributors, "bus-factor");
    const amounts = [...new Set(DEEDS.map(({ person }) => person))].map((person) => total("pr", person));
    const sorted = amounts.filter((n) => n > 0).toSorted((a, b) => b - a);
    const all = sorted.reduce((sum, n) => sum + n, 0);
    let [few, sum] = [0, 0];
    while (2 * sum <= all) sum += sorted[few++] ?? 0;
    expect(rows[0]?.slice(1, 4)).toEqual([all, sorted.length, few]);
  });

  it("what flaky tests cost", async () => {
    const { lines } = await chart(retests, "by-week");
    const summed = lines.map(({ values }) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0));
    expect(summed).toEqual([total("retest"), total("flaky")]);
    const { rows } = await table(retests, "worst");
    const flaky = LIVES.map((life) => factOf(life).fact.flaky).filter((n) => n > 0);
    expect(rows.map((cells) => cells[2])).toEqual(flaky.toSorted((a, b) => b - a).slice(0, 50));
    expect(rows.length).toBeGreaterThan(0);
  });
});
