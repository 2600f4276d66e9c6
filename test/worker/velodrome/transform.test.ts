/** Velodrome's transform in the worker (spec velodrome 1.4, 1.12): the same points in whatever steps, whatever is cut off. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MirrorTransform } from "../../../durable/mirror-transform.ts";
import { digestsOf } from "../../../src/velodrome/points/digest.ts";
import { metricsOf } from "../../../src/velodrome/points/metrics.ts";
import { readBuckets } from "../../../src/velodrome/points/read-buckets.ts";
import { readSeries } from "../../../src/velodrome/points/series.ts";
import type { CommentRow, EventRow, IssueRow } from "../../../src/velodrome/rows.ts";
import { MetricRun } from "../../../src/velodrome/transform/run.ts";
import { counted, usedRows } from "./support.ts";

const DAY = 86_400;
const NOW = Math.floor(Date.now() / 1000);
const BEGIN = NOW - 900 * DAY;
const LABELS = ["lgtm", "approved", "needs-rebase"];
const WHO = ["ada", "ben", "cleo", "dan", "eve", "fay", "gus", "hal", "k8s-ci-robot"];
const BODIES = ["/lgtm", "/retest", "thanks", "/approve", "is this still so?"];

interface Rows {
  readonly issues: IssueRow[];
  readonly events: EventRow[];
  readonly comments: CommentRow[];
}

/** Issues over some years, each with its life; the same for the same size. */
function history(repository: string, size: number): Rows {
  const rows: Rows = { issues: [], events: [], comments: [] };
  let [seed, id] = [7, 1000];
  const dice = (sides: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * sides);
  };
  for (let number = 1; number <= size; number += 1) {
    const created = BEGIN + Math.floor((number / size) * 890 * DAY);
    const user = WHO[dice(WHO.length)] ?? "";
    const base = { repository, title: `Issue ${number}`, state: "open", comments: 0, labels: [] };
    rows.issues.push({ ...base, number, is_pr: dice(3) > 0, user, created, closed: null, updated: created });
    for (let step = 0, at = created; step < 6; step += 1) {
      at += dice(3 * DAY);
      if (at > NOW - 4000) break;
      id += 1;
      const by = WHO[dice(WHO.length)] ?? "";
      const body = BODIES[dice(BODIES.length)] ?? "";
      if (dice(2) === 0)
        rows.comments.push({ repository, id, issue: number, user: by, body, review: dice(5) === 0, at });
      const label = LABELS[dice(LABELS.length)] ?? null;
      const event = step === 5 ? "closed" : step === 4 ? "merged" : dice(3) === 0 ? "unlabeled" : "labeled";
      const of = { repository, id, issue: number, actor: by, event, assignee: null, at };
      rows.events.push({ ...of, label: event.endsWith("labeled") ? label : null });
    }
  }
  return rows;
}

async function insert(rows: Rows): Promise<void> {
  const every = async (query: string, all: readonly object[]) => {
    for (let from = 0; from < all.length; from += 500)
      await env.DB.prepare(query)
        .bind(JSON.stringify(all.slice(from, from + 500)))
        .run();
  };
  await every(
    `INSERT INTO mirror_issue (repository, number, is_pr, user, title, state, comments, labels, assignees, milestone, created, closed,
      updated, seen, gone) SELECT value ->> 'repository', value ->> 'number', value ->> 'is_pr', value ->> 'user', 't', 'open', 0, '[]',
      '[]', '', value ->> 'created', NULL, value ->> 'updated', 1, 0 FROM json_each(?)`,
    rows.issues,
  );
  await every(
    `INSERT INTO mirror_event (repository, id, issue, actor, event, label, at) SELECT value ->> 'repository', value ->> 'id',
      value ->> 'issue', value ->> 'actor', value ->> 'event', value ->> 'label', value ->> 'at' FROM json_each(?)`,
    rows.events,
  );
  await every(
    `INSERT INTO mirror_comment (repository, review, id, issue, user, body, at, updated, seen, gone) SELECT value ->> 'repository',
      value ->> 'review', value ->> 'id', value ->> 'issue', value ->> 'user', value ->> 'body', value ->> 'at', value ->> 'at', 1, 0
      FROM json_each(?)`,
    rows.comments,
  );
}

/** What all rows at once give, kept for ever resolutions only: `resolution at field` and what was seen then. */
function expected(rows: Rows, repository: string, metric: string, end: number): ReadonlyMap<string, readonly number[]> {
  const definition = metricsOf(repository, "", null).definitions.find((one) => one.metric === metric);
  if (!definition) throw new Error(`no ${metric}`);
  const points = new MetricRun(repository, definition.options).advance(rows, [end]);
  return new Map(
    digestsOf(points, NOW)
      .filter(({ resolution }) => resolution >= DAY)
      .map(({ resolution, at, field, n, sum, least, most, last }) => [
        `${resolution} ${at} ${field}`,
        [n, sum, least, most, last],
      ]),
  );
}

async function shown(repository: string, metric: string): Promise<ReadonlyMap<string, readonly number[]>> {
  type Row = Record<"resolution" | "at" | "n" | "sum" | "least" | "most" | "last", number> & { field: string };
  const { results } = await env.DB.prepare(
    `SELECT point.* FROM metric_run AS run JOIN metric_point AS point USING (repository, metric)
     WHERE point.generation = run.shown AND repository = ? AND metric = ? AND resolution >= ?`,
  )
    .bind(repository, metric, DAY)
    .all<Row>();
  return new Map(
    results.map(({ resolution, at, field, n, sum, least, most, last }) => [
      `${resolution} ${at} ${field}`,
      [n, sum, least, most, last],
    ]),
  );
}
const METRICS = metricsOf("any/repo", "", null).definitions.map(({ metric }) => metric);
/** `end`: up to when rows were known, in seconds; nothing happens in the last ten days. */
async function equal(rows: Rows, repository: string, end = NOW - 5 * DAY): Promise<void> {
  for (const metric of METRICS) {
    const [found, wanted] = [await shown(repository, metric), expected(rows, repository, metric, end)];
    expect([metric, Object.fromEntries(found)]).toEqual([metric, Object.fromEntries(wanted)]);
  }
  await equalBuckets(rows, repository, end);
}

const WEEK = 7 * DAY;
const weekOf = (at: number) => Math.floor((at - 4 * DAY) / WEEK) * WEEK + 4 * DAY;
const dayOf = (at: number) => Math.floor(at / DAY) * DAY;

async function buckets(repository: string, metric: string, resolution: number, field: string) {
  const { results } = await env.DB.prepare(
    `SELECT at, value FROM metric_run AS run JOIN metric_bucket AS bucket USING (repository, metric)
     WHERE bucket.generation = run.shown AND repository = ? AND metric = ? AND resolution = ? AND field = ? ORDER BY at`,
  )
    .bind(repository, metric, resolution, field)
    .all<{ at: number; value: number }>();
  return results.map(({ at, value }) => [at, value]);
}

/** What dashboards show, counted here by hand: days, weeks, people, and the open pull requests at each day's end. */
async function equalBuckets({ issues, events, comments }: Rows, repository: string, end: number): Promise<void> {
  const pulls = new Map(issues.filter(({ is_pr: isPull }) => isPull).map((row) => [row.number, row]));
  const said = comments.filter(({ issue }) => pulls.has(issue));
  const bots = said.filter(({ user }) => user === "k8s-ci-robot");
  const people = said.filter(({ user }) => user !== "k8s-ci-robot");
  const tally = (rows: readonly CommentRow[], bucket: (at: number) => number, once: boolean) => {
    const found = new Map<number, string[]>();
    for (const { at, user } of rows) found.set(bucket(at), [...(found.get(bucket(at)) ?? []), user ?? ""]);
    const entries = [...found].map(([at, users]) => [at, once ? new Set(users).size : users.length]);
    return entries.sort(([a = 0], [b = 0]) => a - b);
  };
  for (const [resolution, bucket] of [
    [DAY, dayOf],
    [WEEK, weekOf],
  ] as const) {
    const of = async (field: string) => await buckets(repository, "contributions", resolution, field);
    expect(await of("comment")).toEqual(tally(people, bucket, false));
    expect(await of("comment-bots")).toEqual(tally(bots, bucket, false));
    expect(await of("comment-authors")).toEqual(tally(people, bucket, true));
  }
  const left = new Map<number, number>();
  for (const { event, issue, at } of events.toSorted((a, b) => b.at - a.at))
    if ((event === "closed" || event === "merged") && at >= (pulls.get(issue)?.created ?? 0)) left.set(issue, at);
  const states = {
    count: await buckets(repository, "open", DAY, "in-state"),
    age: await buckets(repository, "open", DAY, "age-50"),
  };
  expect(states.count.length).toBeGreaterThan(100);
  for (const [place, [at = 0, count]] of states.count.slice(0, -1).entries()) {
    const moment = at + DAY;
    if (moment > end) break;
    const ages = [...pulls.values()]
      .filter(({ number, created }) => created < moment && (left.get(number) ?? moment) >= moment)
      .map(({ created }) => moment - created)
      .sort((a, b) => a - b);
    expect([at, count, states.age[place]?.[1]]).toEqual([at, ages.length, ages[Math.ceil(ages.length / 2) - 1] ?? 0]);
  }
  // A day without events has its measure, too.
  const days = states.count.map(([at = 0]) => at);
  expect(days.every((at, place) => place === 0 || at - (days[place - 1] ?? 0) === DAY)).toBe(true);
}

/** Works until nothing is left; `restart`: with a new object before each piece. Answers the most rows that one piece used. */
async function transform(repository: string, { at = Date.now(), restart = false, db = env.DB } = {}): Promise<number> {
  const mine = Object.assign({ ...env }, { DB: counted(db) });
  return await runInDurableObject(env.MIRROR.getByName(repository), async (_mirror, { storage }) => {
    const made = () => new MirrorTransform(mine, storage, repository);
    let transformer = made();
    transformer.due(at);
    let most = 0;
    for (let pieces = 0; ; pieces += 1) {
      if (pieces > 5000) throw new Error("It does not get on");
      usedRows();
      try {
        const { more } = await transformer.work();
        most = Math.max(most, usedRows());
        if (!more) return most;
      } catch (error) {
        if (!String(error).includes("reset")) throw error;
      }
      if (restart) transformer = made();
    }
  });
}

describe("the transform of a repository", () => {
  it("gives each metric's points in pieces that stay within the rows of an invocation, with a restart between any two", async () => {
    const repository = "points/pieces";
    const rows = history(repository, 700);
    await insert(rows);
    const most = await transform(repository, { restart: true });
    expect(most).toBeLessThan(6000);
    await equal(rows, repository);
  });

  it("goes on with what is new, and with that alone", async () => {
    const repository = "points/more";
    const rows = history(repository, 300);
    const cut = NOW - 100 * DAY;
    const early = {
      issues: rows.issues.filter(({ created }) => created <= cut),
      events: rows.events.filter(({ at }) => at <= cut),
      comments: rows.comments.filter(({ at }) => at <= cut),
    };
    await insert(early);
    await transform(repository, { at: (cut + 200) * 1000 });
    await equal(early, repository, cut + 1);
    await insert({
      issues: rows.issues.filter((row) => !early.issues.includes(row)),
      events: rows.events.filter((row) => !early.events.includes(row)),
      comments: rows.comments.filter((row) => !early.comments.includes(row)),
    });
    await transform(repository);
    await equal(rows, repository);
    const { generations } = (await env.DB.prepare(
      "SELECT max(generation) AS generations FROM metric_run WHERE repository = ?",
    )
      .bind(repository)
      .first<{ generations: number }>()) ?? { generations: 0 };
    expect(generations).toBe(1);
  });

  it("counts nothing twice and nothing never when the database fails before or after it wrote", async () => {
    const repository = "points/faults";
    const rows = history(repository, 250);
    await insert(rows);
    let batches = 0;
    const flaky = Object.create(env.DB, {
      prepare: { value: (query: string) => env.DB.prepare(query) },
      batch: {
        value: async (statements: D1PreparedStatement[]) => {
          batches += 1;
          if (batches > 60) return await env.DB.batch(statements);
          if (batches % 5 === 2) throw new Error("D1: reset before");
          const answers = await env.DB.batch(statements);
          if (batches % 5 === 4) throw new Error("D1: reset after");
          return answers;
        },
      },
    }) as D1Database;
    await transform(repository, { db: flaky });
    expect(batches).toBeGreaterThan(60);
    await equal(rows, repository);
  });

  it("begins anew for rows that came late, and shows what was until then", async () => {
    const repository = "points/late";
    const rows = history(repository, 200);
    const late = rows.events[Math.floor(rows.events.length / 2)];
    if (!late) throw new Error("no events");
    const known = { ...rows, events: rows.events.filter((row) => row !== late) };
    await insert(known);
    await transform(repository, { at: Date.now() - 3600_000 });
    await equal(known, repository);
    await insert({ issues: [], events: [late], comments: [] });
    await transform(repository);
    await equal(rows, repository);
  });

  it("makes a metric anew whose definition changed, alone", async () => {
    const repository = "points/changed";
    const rows = history(repository, 120);
    await insert(rows);
    await transform(repository, { at: Date.now() - 3600_000 });
    await env.DB.prepare("UPDATE metric_run SET definition = 'of before' WHERE repository = ? AND metric = 'open'")
      .bind(repository)
      .run();
    await transform(repository);
    await equal(rows, repository);
    const { results } = await env.DB.prepare(
      "SELECT metric, generation, shown, (SELECT count(*) FROM metric_point p WHERE p.repository = r.repository AND p.metric = r.metric AND p.generation < r.shown) AS old FROM metric_run r WHERE repository = ? AND generation > 1",
    )
      .bind(repository)
      .all();
    expect(results).toEqual([{ metric: "open", generation: 2, shown: 2, old: 0 }]);
  });
});

describe("a series", () => {
  it("of more weeks than can be read at once has the latest", async () => {
    const repository = "points/weeks";
    const rows = history(repository, 200);
    await insert(rows);
    await transform(repository);
    const hay = Array.from({ length: 19 }, (_, n) => `points/hay-${n}`);
    const query = { metric: "merge", field: "event", from: 0, to: NOW, now: NOW, finest: DAY };
    usedRows();
    const few = await readBuckets(counted(env.DB), { ...query, repositories: [...hay, repository], shares: 4 });
    expect(usedRows()).toBeLessThan(1200);
    const all = await readBuckets(env.DB, { ...query, repositories: [repository] });
    const latest = all.lines[0]?.flatMap((value, at) => (value === null ? [] : [[all.times[at], value]])) ?? [];
    const found = few.lines[19]?.flatMap((value, at) => (value === null ? [] : [[few.times[at], value]])) ?? [];
    expect(found.length).toBeGreaterThan(40);
    expect(found).toEqual(latest.slice(-found.length));
    expect(latest.length).toBeGreaterThan(found.length);
  });

  it("has the sums of its days, whatever the width of the chart", async () => {
    const repository = "points/series";
    const rows = history(repository, 300);
    await insert(rows);
    await transform(repository);
    const pulls = new Set(rows.issues.filter(({ is_pr: isPull }) => isPull).map(({ number }) => number));
    const [from, to] = [NOW - 800 * DAY, NOW - 30 * DAY];
    for (const width of [1, 7, 100, 2000]) {
      const query = {
        metric: "merge",
        repositories: [repository],
        from,
        to,
        width,
        fields: [],
        aggregate: "sum",
      } as const;
      const { times, lines, step } = await readSeries(env.DB, query, NOW);
      expect(times.length).toBeLessThanOrEqual(width);
      const begin = times[0] ?? 0;
      // Rows of the last day stand at its beginning, which is before `to`.
      const end = Math.ceil(to / step) * step;
      const merged = rows.events.filter(
        ({ event, at, issue }) =>
          event === "merged" && pulls.has(issue) && at >= begin && at < Math.min(end, to + 7 * DAY),
      );
      const sum = lines.flatMap(({ values }) => values).reduce<number>((total, value) => total + (value ?? 0), 0);
      expect(Math.abs(sum - merged.length)).toBeLessThanOrEqual(6);
      expect(sum).toBeGreaterThan(40);
    }
  });
});
