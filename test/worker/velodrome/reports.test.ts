/** Weekly reports from D1: bounded, made once a week, posted once, shown to those who may see the repository. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Effect } from "../../../src/chatops/effects.ts";
import type { Env } from "../../../src/env.ts";
import { savePool } from "../../../src/store/pool-row.ts";
import { makeReport, weeklyReports } from "../../../src/velodrome/reports/duty.ts";
import { weekAt } from "../../../src/velodrome/reports/week.ts";
import type { Report } from "../../../src/velodrome/reports/view.ts";
import { addJob, addRepository, as, call, SETTINGS } from "../web/harness.ts";
import { counted, usedRows } from "./support.ts";

const DAY = 86_400;
const week = weekAt(Date.parse("2026-11-18T12:00:00Z") / 1000);
/** Monday morning after it. */
const MORNING = week.to + 2 * 3600;

interface Pull {
  readonly number: number;
  readonly author?: string;
  readonly opened?: number;
  readonly merged?: number | null;
  readonly other?: number | null;
}

async function pulls(repository: string, all: readonly Pull[]): Promise<void> {
  const rows = all.map(({ number, author = "mara", opened = week.from, merged = null, other = null }) => {
    return { repository, number, author, opened, merged, other, title: `Title of ${repository} ${number}` };
  });
  for (let from = 0; from < rows.length; from += 500) {
    const some = JSON.stringify(rows.slice(from, from + 500));
    const value = (...names: string[]) => names.map((name) => `value ->> '${name}'`).join(", ");
    await env.DB.batch(
      [
        `INSERT INTO pr_fact (repository, number, is_pr, author, author_bot, opened, closed, merged, draft, first_response, last_other, size,
           sigs, labels, rounds, rebases, retests, flaky)
         SELECT ${value("repository", "number")}, 1, value ->> 'author', 0, ${value("opened", "merged", "merged")}, 0,
           ${value("other", "other")}, 'none', '[]', '[]', '[]', 0, 0, 0 FROM json_each(?)`,
        `INSERT INTO mirror_issue (repository, number, is_pr, user, title, state, comments, labels, assignees, milestone, created, updated, seen, gone)
         SELECT ${value("repository", "number")}, 1, ${value("author", "title")}, 'open', 0, '[]', '[]', '', ${value("opened", "opened")}, 1, 0
           FROM json_each(?)`,
      ].map((query) => env.DB.prepare(query).bind(some)),
    );
  }
}
const deed = (repository: string, number: number, kind: string, person: string, at: number) =>
  env.DB.prepare("INSERT INTO deed (repository, number, week, kind, person, n) VALUES (?, ?, ?, ?, ?, 1)")
    .bind(repository, number, weekAt(at).from, kind, person)
    .run();
const measuredUntil = (repository: string, until: number) =>
  env.DB.prepare("INSERT OR REPLACE INTO measure_run (repository, until) VALUES (?, ?)").bind(repository, until).run();

beforeAll(async () => {
  const old = week.from - 20 * DAY;
  for (const [name, isPrivate] of [
    ["sail/open", false],
    ["sail/shut", true],
  ] as const) {
    await addRepository(name, isPrivate);
    await pulls(name, [
      { number: 1, merged: week.from + DAY },
      { number: 2, opened: old, author: "newbie" },
      { number: 3, opened: old, other: old + DAY },
      { number: 4, opened: week.to + DAY },
      { number: 5, opened: old, merged: old + DAY },
    ]);
    await deed(name, 2, "requested", "ada", old);
    await deed(name, 3, "requested", "ben", old);
    await deed(name, 3, "answered", "ben", old);
  }
  const run = { org: "Sail", repo: "Open", pull: 1, startTime: (week.from + DAY) * 1000 };
  await addJob({ id: "r1", ...run, job: "unit", state: "failure", headSha: "s1" });
  await addJob({ id: "r2", ...run, job: "unit", state: "success", headSha: "s1" });
  await addJob({ id: "r3", ...run, job: "secret", state: "failure", headSha: "s1", hidden: 1 });
  await addJob({ id: "r4", ...run, job: "unit", state: "failure", headSha: "s2", startTime: week.to * 1000 });
  await addJob({ id: "r5", ...run, job: "nightly", state: "failure", pull: null, type: "periodic" });
  await addJob({ id: "r6", ...run, job: "elsewhere", state: "failure", repo: "other" });
  const pooled = [{ inPool: true }, { inPool: false }];
  const view = { org: "sail", repo: "open", branch: "main", pulls: pooled, paused: null, frozen: "", error: "" };
  await savePool(env.DB, "sail/open@main", JSON.stringify(view), { inPool: 1, merged: [] }, 1);
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: MORNING * 1000 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const facts = ({ sections }: Report) =>
  Object.fromEntries(
    sections.flatMap(({ title, facts: all }) => all.map(({ name, value }) => [`${title}: ${name}`, value])),
  );
const people = ({ sections }: Report, title: string) =>
  sections.find((one) => one.title === title)?.items.map(({ number, login }) => [number, login]);

/** What was handed to outboxes: by object, and by delivery once. */
function posting(settings: Readonly<Record<string, string>>) {
  const outboxes = new Map<string, readonly Effect[]>();
  let handed = 0;
  const objects = (kind: string) => ({
    getByName: (name: string) => ({
      enqueue: async (delivery: string, rule: string, effects: readonly Effect[]) => {
        handed += 1;
        outboxes.set(`${kind} ${name} ${delivery} ${rule}`, effects);
      },
    }),
  });
  const mine: Env = Object.assign(
    { ...env, ...SETTINGS, ...settings },
    {
      CONVERSATION: objects("conversation"),
      REPOSITORY: objects("repository"),
    },
  );
  return { mine, outboxes, handed: () => handed };
}

it("is what happened in the week, from facts, jobs and the queue; nothing hidden, nothing of another repository", async () => {
  const report = await makeReport(env, "sail/open", week, MORNING);
  expect(facts(report)).toMatchObject({
    "Merges: merged": "1",
    "Merges: opened": "1",
    "Merges: open now": "3",
    "Latency: opening to merge, median": "1 d",
    "Merge queue: main": "1",
    "Flakes: commits with a flake": "1",
    "Flakes: commits tested": "1",
    "Failed jobs: failed": "2",
    "Failed jobs: ended": "3",
  });
  expect(people(report, "Waiting longest")).toEqual([
    [2, "newbie"],
    [3, "mara"],
  ]);
  expect(people(report, "New contributors who wait")).toEqual([[2, "newbie"]]);
  expect(people(report, "Reviewers who were asked and are silent")).toEqual([[2, "ada"]]);
  expect(JSON.stringify(report)).not.toMatch(/secret|elsewhere|shut/);
});

it("of a large repository reads fewer rows than an invocation may", async () => {
  const name = "sail/large";
  const merged = Array.from({ length: 900 }, (_, n) => ({
    number: n + 1,
    merged: week.from + n,
    opened: week.from - n,
  }));
  const open = Array.from({ length: 1500 }, (_, n) => ({ number: 1000 + n, opened: week.from + n, author: `a${n}` }));
  await pulls(name, [...merged, ...open]);
  for (const { number } of open.slice(0, 60))
    for (const person of ["x", "y", "z"]) await deed(name, number, "requested", person, week.from - 9 * DAY);
  const runs = JSON.stringify(Array.from({ length: 3000 }, (_, n) => n));
  await env.DB.prepare(
    `INSERT INTO prow_job (id, version, build_id, job, type, org, repo, pull, author, base_ref, base_sha, head_sha, cluster, context, state,
       description, url, storage_path, hidden, start_time)
     SELECT 'large-' || value, 1, '1', 'unit', 'presubmit', 'Sail', 'Large', 1000 + value % 500, 'm', 'main', 'b', 'h' || value, 'c', 'x',
       'failure', '', '', '', 0, ? FROM json_each(?)`,
  )
    .bind((week.from + DAY) * 1000, runs)
    .run();
  const mine = Object.assign({ ...env }, { DB: counted(env.DB) });
  usedRows();
  const report = await makeReport(mine, name, week, MORNING);
  const rows = usedRows();
  expect(facts(report)).toMatchObject({
    "Merges: merged": "500 or more",
    "Merges: open now": "800",
    "Failed jobs: failed": "800",
  });
  expect(rows).toBeGreaterThan(3000);
  expect(rows).toBeLessThan(9500);
});

describe("the duty", () => {
  const REPORTS = "sail/open#7, slack:#crew, sail/shut=slack:#yard";
  const settings = { VELODROME_REPOSITORIES: "Sail/Open, sail/shut", REPORTS };

  it("waits for the measures, makes one report at a time, and posts each destination once", async () => {
    const { mine, outboxes, handed } = posting(settings);
    await env.DB.prepare("DELETE FROM weekly_report").run();
    const ring = () => weeklyReports(mine, MORNING * 1000);
    const made = async () => await env.DB.prepare("SELECT count(*) AS n FROM weekly_report WHERE final = 1").first("n");
    await ring();
    expect(await made()).toBe(0);
    for (const name of ["sail/open", "sail/shut"]) await measuredUntil(name, week.to + 60);
    await ring();
    expect([await made(), handed()]).toEqual([1, 0]);
    for (let times = 0; times < 4; times += 1) await ring();
    expect([await made(), handed()]).toEqual([2, 3]);
    expect([...outboxes.keys()]).toEqual([
      "conversation sail/open#7 report-2026-W47-sail/open#7 report",
      "repository sail/open report-2026-W47-slack:#crew report",
      "repository sail/shut report-2026-W47-sail/shut=slack:#yard report",
    ]);
    const [comment, crew, yard] = [...outboxes.values()].map((effects) => JSON.stringify(effects));
    expect(comment).toContain("Title of sail/open 2");
    for (const open of [comment, crew]) expect(open).not.toContain("sail/shut");
    expect(yard).toContain("sail/shut: merged 1");
    expect(yard).not.toContain("sail/open");
  });

  it("hands a report to the outbox again under the same delivery when it was cut off before it knew", async () => {
    const { mine, outboxes, handed } = posting(settings);
    await env.DB.prepare("DELETE FROM weekly_post").run();
    await weeklyReports(mine, MORNING * 1000);
    await env.DB.prepare("DELETE FROM weekly_post").run();
    await weeklyReports(mine, MORNING * 1000);
    expect([outboxes.size, handed()]).toEqual([3, 6]);
  });

  it("posts without those that are missing after a day", async () => {
    const late = { ...settings, VELODROME_REPOSITORIES: "sail/open, sail/never", REPORTS: "sail/open#9" };
    const { mine, handed } = posting(late);
    await weeklyReports(mine, MORNING * 1000);
    expect(handed()).toBe(0);
    await weeklyReports(mine, (week.to + 25 * 3600) * 1000);
    expect(handed()).toBe(1);
  });

  it("leaves a final report as it is", async () => {
    const before = await env.DB.prepare("SELECT body FROM weekly_report WHERE repository = 'sail/open'").first("body");
    await makeReport(env, "sail/open", week, MORNING + 999);
    expect(await env.DB.prepare("SELECT body FROM weekly_report WHERE repository = 'sail/open'").first("body")).toBe(
      before,
    );
  });
});

describe("the pages", () => {
  const settings = { ...SETTINGS, VELODROME_REPOSITORIES: "sail/open, sail/shut" };
  const get = async (path: string, init?: RequestInit) => {
    const answer = await call(path, init, settings);
    return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
  };

  it("show strangers public repositories alone, and administrators all", async () => {
    const stranger = await get("/velodrome/reports/2026-W47");
    expect(stranger.status).toBe(200);
    expect(stranger.text).toContain("Title of sail/open 2");
    expect(stranger.text).toContain('href="/pr/sail/open/2"');
    expect(stranger.text).not.toContain("sail/shut");
    expect((await get("/velodrome/reports/2026-W47?repo=sail/shut")).status).toBe(404);
    const admin = await get("/velodrome/reports/2026-W47", {
      headers: { authorization: `Bearer ${SETTINGS.ADMIN_TOKEN}` },
    });
    expect(admin.text).toContain("Title of sail/shut 2");
    const reader = await get("/velodrome/reports/2026-W47.md", await as(null));
    expect(reader).toMatchObject({ status: 200, type: "text/markdown; charset=utf-8" });
    expect(reader.text).toContain("## `sail/open`, week 2026-W47");
    expect(reader.text).not.toContain("sail/shut");
  });

  it("list the weeks, with the one that is running, which is made when it is asked for", async () => {
    const list = await get("/velodrome/reports");
    expect(list.text).toContain('href="/velodrome/reports/2026-W47"');
    expect(list.text).toContain('href="/velodrome/reports/2026-W48"');
    const open = async () =>
      await env.DB.prepare("SELECT made_at AS at, final FROM weekly_report WHERE week = '2026-W48'").first();
    expect(await open()).toBeNull();
    expect((await get("/velodrome/reports/2026-W48")).text).toContain("Week 2026-W48");
    const made = await open();
    expect(made).toEqual({ at: MORNING, final: 0 });
    vi.setSystemTime((MORNING + 600) * 1000);
    await get("/velodrome/reports/2026-W48");
    expect(await open()).toEqual(made);
    vi.setSystemTime((MORNING + 1000) * 1000);
    await get("/velodrome/reports/2026-W48");
    expect(await open()).toEqual({ at: MORNING + 1000, final: 0 });
  });

  it.each(["2026-W54", "2026-W30", "2026-W54.md", "x"])("know no week %s", async (name) => {
    expect((await get(`/velodrome/reports/${name}`)).status).toBe(404);
  });
});
