/** Use of a credential across reset windows (spec velodrome 1.9): from answers of GitHub to D1, Slack, /metrics and the dashboard. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { githubClient } from "../../../src/github/index.ts";
import { callsOf, sweepTokens, type TokenRow, tokenRows } from "../../../src/store/token-windows.ts";
import { tokens } from "../../../src/velodrome/dashboards/tokens.ts";
import { counted, usedRows } from "../velodrome/support.ts";
import { ADMIN_TOKEN, call } from "../web/harness.ts";
import { API, gitHub, withSettings } from "./harness.ts";

const HOUR_MS = 3600_000;
/** To come: the object's real alarm never rings meanwhile. */
const NOON = (Math.floor(Date.now() / (24 * HOUR_MS)) + 2.5) * 24 * HOUR_MS;
/** Unix seconds. */
const reset = (hour: number): number => NOON / 1000 + hour * 3600;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON + 60_000 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const SLACK = "https://slack.test/api";

/** A GitHub that says what is left, in a world of one credential. A second world is the first after a restart. */
function world(login: string) {
  const says = { left: 5000, reset: reset(1), limit: 5000, resource: "core", status: 200 };
  const posted: string[] = [];
  const slack = { answer: (): Response => Response.json({ ok: true }) };
  const headers = (): HeadersInit => ({
    "x-ratelimit-limit": String(says.limit),
    "x-ratelimit-remaining": String(says.left),
    "x-ratelimit-reset": String(says.reset),
    "x-ratelimit-resource": says.resource,
  });
  gitHub({
    "GET /thing": () => new Response(says.status === 304 ? null : "{}", { status: says.status, headers: headers() }),
    "GET /user": () => Response.json({ login }),
    [`POST ${SLACK}/chat.postMessage`]: async (request) => {
      posted.push(await request.text());
      return slack.answer();
    },
  });
  const services = JSON.stringify({ slack: { url: SLACK } });
  const make = () =>
    withSettings({ GITHUB_API_URL: API, GITHUB_TOKEN: "ghp_1", SERVICES: services, ALERTS_CHANNEL: "#alerts" });
  let { env: mine, budget } = make();
  return {
    says,
    posted,
    slack,
    restart: () => {
      ({ env: mine, budget } = make());
    },
    /** A call that leaves so many. */
    call: async (consumer: string, left: number) => {
      says.left = left;
      const client = githubClient(mine, { owner: "o", delivery: "d", consumer });
      try {
        await client.request("GET /thing");
      } catch (error) {
        if (says.status !== 304) throw error;
      }
      await client.flush();
    },
    /** Time passes, and the alarm rings. */
    pass: async (ms: number) => {
      vi.setSystemTime(Date.now() + ms);
      await (budget("token") as unknown as { alarm(): Promise<void> }).alarm();
    },
  };
}

const rowsOf = async (span: TokenRow["span"]): Promise<readonly TokenRow[]> =>
  await tokenRows(env.DB, span, { from: 0, to: 1e10 }, 1000);

/** The object is one for the whole file: each test has its own days. */
function day(offset: number): void {
  vi.setSystemTime(NOON + 60_000 + offset * 24 * HOUR_MS);
}
const at = (offset: number, hour: number): number => reset(hour) + offset * 24 * 3600;
const ofDay = async (offset: number, span: TokenRow["span"] = "hour") =>
  (await rowsOf(span)).filter(({ resetAt }) => resetAt >= at(offset, -12) && resetAt < at(offset, 12));

describe("a credential's windows", () => {
  it("are in D1 with who called, across resets, a rise, an hour without calls and a restart", async () => {
    const { says, call, pass, restart } = world("robot");
    await call("plugins", 4999);
    await call("fetcher", 4000);
    says.status = 304;
    await call("fetcher", 4000);
    says.status = 200;
    restart();
    await call("tide", 3999);
    await pass(70_000);
    expect(await ofDay(0)).toMatchObject([{ resetAt: reset(1), credential: "token", login: "robot", used: 1001 }]);
    // GitHub counts anew some seconds before it moves the reset.
    vi.setSystemTime(NOON + HOUR_MS - 20_000);
    await call("tide", 3990);
    vi.setSystemTime(NOON + HOUR_MS - 10_000);
    await call("tide", 4998);
    restart();
    says.reset = reset(2);
    vi.setSystemTime(NOON + HOUR_MS + 1000);
    await call("tide", 4990);
    // Nobody calls for an hour, then somebody does.
    says.reset = reset(4);
    vi.setSystemTime(NOON + 3.5 * HOUR_MS);
    await call("plugins", 4999);
    await pass(70_000);
    const rows = await ofDay(0);
    expect(rows.map(({ resetAt, used }) => [resetAt, used])).toEqual([
      [reset(1), 1010],
      [reset(2), 10],
      [reset(4), 1],
    ]);
    expect(rows.map((row) => Object.fromEntries(callsOf(row).map(([name, ...calls]) => [name, calls])))).toEqual([
      { plugins: [1, 0], fetcher: [2, 1], tide: [2, 0] },
      { tide: [2, 0] },
      { plugins: [1, 0] },
    ]);
    expect(await ofDay(0, "day")).toMatchObject([{ resetAt: at(0, -12), used: 1021, peak: 1010 }]);
    // Nothing is new: nothing is written.
    await pass(HOUR_MS);
    expect(await ofDay(0)).toEqual(rows);
  });

  it("that nobody closes: what was early is settled by the clock", async () => {
    day(1);
    const { says, call, pass } = world("robot");
    says.reset = at(1, 1);
    await call("tide", 3000);
    vi.setSystemTime(Date.now() + 30_000);
    await call("tide", 4990);
    const opened = Math.ceil(Date.now() / 1000);
    await pass(70_000);
    expect((await ofDay(1)).map(({ used }) => used)).toEqual([2000]);
    await pass(1.1 * HOUR_MS);
    expect((await ofDay(1)).map(({ resetAt, used }) => [resetAt, used])).toEqual([
      [at(1, 1), 2000],
      [opened + 3600, 10],
    ]);
  });

  it("of search are a minute long, and apart", async () => {
    day(2);
    const { says, call, pass } = world("robot");
    Object.assign(says, { resource: "search", limit: 30, reset: Math.trunc(Date.now() / 1000) + 60 });
    await call("tide", 2);
    await pass(70_000);
    expect(await ofDay(2, "minute")).toMatchObject([{ resource: "search", allowance: 30, used: 28, alerted: null }]);
    expect(await ofDay(2)).toEqual([]);
  });
});

describe("the alert", () => {
  async function burn({ says, call, pass }: ReturnType<typeof world>, offset: number): Promise<void> {
    says.reset = at(offset, 1);
    for (let minute = 0; minute < 24; minute += 1) {
      await call("fetcher", 3000 - 100 * minute);
      await pass(61_000);
    }
  }

  it("is posted once a window, however often it is looked at", async () => {
    day(3);
    const it = world("robot");
    await burn(it, 3);
    it.restart();
    await it.call("fetcher", 300);
    await it.pass(70_000);
    expect(it.posted.length).toBe(1);
    expect(it.posted[0]).toContain("GitHub calls of robot (core) run out");
    expect(it.posted[0]).toContain('"channel":"#alerts"');
    expect((await ofDay(3)).map(({ alerted }) => typeof alerted)).toEqual(["number"]);
  });

  it("is posted again when Slack was away, and not when the answer was lost", async () => {
    day(4);
    const away = world("robot");
    away.slack.answer = () => Response.json({ ok: false, error: "ratelimited" });
    await burn(away, 4);
    const tries = away.posted.length;
    expect(tries).toBeGreaterThan(1);
    away.slack.answer = () => Response.json({ ok: true });
    await away.pass(70_000);
    await away.pass(70_000);
    expect(away.posted.length).toBe(tries + 1);
    day(5);
    const lost = world("robot");
    lost.slack.answer = () => new Response("", { status: 502 });
    await burn(lost, 5);
    expect(lost.posted.length).toBe(1);
  });

  it("is a gauge for administrators, beside what is left and what was used", async () => {
    vi.setSystemTime(at(3, 0.9) * 1000);
    const shown = async (init: RequestInit = {}) => (await call("/metrics", init)).text();
    const labels = '{login="robot",resource="core",credential="token"}';
    const text = await shown({ headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
    expect(text).toContain(`github_token_usage${labels} 300\n`);
    expect(text).toContain(`github_token_alert${labels} 1\n`);
    vi.setSystemTime(at(3, 1.5) * 1000);
    const later = await shown({ headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
    expect(later).toContain(`github_token_count${labels} 4700\n`);
    expect(later).not.toContain("github_token_usage{");
    expect(await shown()).not.toContain("robot");
  });
});

describe("the dashboard", () => {
  const load = async (id: string, over: { from?: number; to?: number; now?: number; width?: number } = {}) => {
    const panel = tokens.panels.find((one) => one.id === id);
    if (panel === undefined) throw new Error(`no panel ${id}`);
    const range = { from: at(0, 0), to: at(0, 5), width: 800, now: at(0, 5) };
    return await panel.load(counted(env.DB), { repositories: [], sig: "", ...range, ...over });
  };

  it.each([
    ["usage", { "robot core": [null, 1010, 10, null, 1] }],
    ["consumers", { fetcher: [null, 2, null, null, null], plugins: [null, 1, null, null, 1] }],
    ["conditional", { fetcher: [null, 0.5, null, null, null], all: [null, 0.2, 0, null, 0] }],
  ])("%s: a value for each window", async (id, expected) => {
    const chart = await load(id);
    if (chart.kind !== "chart") throw new Error("no chart");
    expect(chart.times).toEqual([0, 1, 2, 3, 4].map((hour) => at(0, hour)));
    const lines = Object.fromEntries(chart.lines.map(({ name, values }) => [name, values]));
    expect(lines).toMatchObject(expected);
  });

  it("usage: shaded from 60 and 80 percent, by the day over longer ranges, and never more points than pixels", async () => {
    const hours = await load("usage");
    const days = await load("usage", { from: at(-40, 0), to: at(2, 0), width: 20 });
    if (hours.kind !== "chart" || days.kind !== "chart") throw new Error("no chart");
    const of = (name: string) => hours.lines.find((line) => line.name.startsWith(name))?.values[0];
    expect([of("high"), of("very high")]).toEqual([3000, 4000]);
    expect(days.step % 86_400).toBe(0);
    expect(days.times.length).toBeLessThanOrEqual(20);
    expect(days.lines.find(({ name }) => name === "robot core")?.values).toContain(2000);
  });

  it("current: what is left, and when it will be used up", async () => {
    const table = await load("current", { now: at(3, 0.5) });
    if (table.kind !== "table") throw new Error("no table");
    expect(table.rows).toHaveLength(1);
    const [login, resource, used, left] = table.rows[0] ?? [];
    expect([login, resource, used, left]).toEqual(["robot", "core", 4700, 300]);
    expect(table.rows[0]?.at(-1)).toMatch(/^ALERT: used up at \d\d:\d\d UTC, before the reset$/);
  });

  it("reads no more rows than a panel may, whatever the range", async () => {
    const many = Array.from({ length: 6000 }, (_, n) => ({
      span: "hour",
      resetAt: 1_000_000_000 + n * 60,
      login: "x",
      credential: "c",
    }));
    await env.DB.prepare(
      `INSERT INTO token_window SELECT value->>'span', value->>'resetAt', value->>'credential', 'core', 'x', 5000, 1, 1, '{}', 0, NULL
       FROM json_each(?)`,
    )
      .bind(JSON.stringify(many))
      .run();
    usedRows();
    await load("usage", { from: 1_000_000_000, to: 1_000_000_000 + 7 * 86_400, now: 1_000_600_000 });
    const rows = usedRows();
    expect(rows).toBeGreaterThan(1000);
    expect(rows).toBeLessThan(4500);
    const left = async () => (await env.DB.prepare("SELECT count(*) AS n FROM token_window").first("n")) ?? 0;
    const before = Number(await left());
    await sweepTokens(counted(env.DB), NOON);
    expect(usedRows()).toBeLessThan(4500);
    expect(await left()).toBe(before - 500);
  });
});
