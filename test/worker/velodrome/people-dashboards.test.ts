/** The dashboards of what community managers ask (spec velodrome 8.2 to 8.4): right, and within 4,500 rows of D1 for each panel. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { latency } from "../../../src/velodrome/dashboards/latency.ts";
import type { Chart, Dashboard, Scope, Table } from "../../../src/velodrome/dashboards/panel.ts";
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

const FACTS = LIVES.map((life) => factOf(life).fact).filter(({ author }) => !isBot(author));

beforeAll(async () => {
  await mirrored(REPOSITORY, LIVES, NOW - 5000);
  await mirrored(OTHER, OTHERS, NOW - 5000);
  await measure(REPOSITORY, NOW * 1000);
  await measure(OTHER, (NOW - 100) * 1000);
}, 60_000);

describe("panels", () => {
  const panels = [latency].flatMap((dashboard) => dashboard.panels.map((panel) => [dashboard, panel] as const));
  it.each(panels.map(([dashboard, panel]) => [dashboard.id, panel.id, dashboard] as const))(
    "%s/%s reads few rows, whatever is asked, and says up to when it knows",
    async (_id, panel, dashboard) => {
      const known = await load(dashboard, panel);
      expect(known.asOf).toBe(NOW);
      const [one] = [known.kind === "chart" ? known.times.length : known.columns.length];
      expect(one).toBeGreaterThan(0);
      const all = Array.from({ length: 700 }, (_, n) => `panels/none-${n}`);
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
