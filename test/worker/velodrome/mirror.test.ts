/** Velodrome's fetcher (spec velodrome 1.3): a back-fill in small steps, whatever goes wrong meanwhile. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fakeGitHub, fakeRepo, START } from "./github.ts";
import { expectedOf, rowsOf, testMirror } from "./support.ts";

afterEach(() => vi.unstubAllGlobals());

const D1_ROWS = 10_000;
/** No invocation uses more (issue: asserted by counting). */
const within = (rows: number): void => expect(rows).toBeLessThan(D1_ROWS);

describe("a back-fill", () => {
  it("mirrors everything in steps that stay within the rows of an invocation", async () => {
    const repo = fakeRepo("fetch/all", 730);
    const github = fakeGitHub([repo]);
    const mirror = testMirror(repo.name);
    await mirror.call((one) => one.sync());
    const used: number[] = [];
    await mirror.run((rows) => used.push(rows));
    expect(await rowsOf(repo.name)).toEqual(expectedOf(repo));
    expect(used.length).toBeGreaterThan(2);
    expect(Math.max(...used)).toBeLessThan(D1_ROWS);
    const progress = await mirror.progress();
    expect(progress).toMatchObject({ state: "idle", error: "", movedTo: "" });
    expect(progress.completedAt).toBeGreaterThan(0);
    expect(progress.streams.every(({ done }) => done)).toBe(true);
    // Every page once, but those that a second filled.
    expect(github.asked.length).toBeLessThan(70);
  });

  it("asks the second time only whether something changed", async () => {
    const repo = fakeRepo("fetch/quiet", 130);
    const github = fakeGitHub([repo]);
    const mirror = testMirror(repo.name);
    for (let pass = 0; pass < 3; pass += 1) {
      github.asked.length = 0;
      await mirror.call((one) => one.sync());
      await mirror.run();
    }
    const statuses = github.asked.map(({ path, status }) => `${status} ${path.replace(/\?.*/, "")}`);
    const list = "/repos/fetch/quiet";
    expect(statuses).toEqual([
      `304 ${list}/issues`,
      `304 ${list}/issues/comments`,
      `304 ${list}/pulls/comments`,
      `304 ${list}/issues/events`,
      "200 /graphql",
    ]);
  });

  it("ends with the same rows when every third answer fails and the object is reset after each", async () => {
    const repo = fakeRepo("fetch/faults", 330);
    const github = fakeGitHub([repo]);
    const faults = [
      () => new Response("", { status: 502 }),
      () => "drop" as const,
      () => Response.json({ message: "secondary rate limit" }, { status: 403, headers: { "retry-after": "0" } }),
      () => new Response('[{"numb', { headers: { "content-type": "application/json" } }),
    ];
    github.fault = (_path, nth) => (nth % 3 === 2 ? (faults[Math.floor(nth / 3) % faults.length]?.() ?? null) : null);
    const mirror = testMirror(repo.name, true);
    await mirror.call((one) => one.sync());
    await mirror.run();
    expect(await rowsOf(repo.name)).toEqual(expectedOf(repo));
    expect(github.asked.filter(({ status }) => status !== 200).length).toBeGreaterThan(8);
    expect((await mirror.progress()).error).toBe("");
  });

  it("finds what changed and came while it read", async () => {
    const repo = fakeRepo("fetch/moving", 260);
    const github = fakeGitHub([repo]);
    const mirror = testMirror(repo.name);
    github.fault = (_path, nth) => {
      const issue = repo.issues[nth * 7];
      if (nth > 30 || !issue) return null;
      issue.title = `renamed ${nth}`;
      issue.updated = 2_000_000_000 + nth;
      repo.events.push({ id: 10_000 + nth, issue: issue.number, event: "renamed", label: null, at: issue.updated });
      return null;
    };
    for (let pass = 0; pass < 4; pass += 1) {
      await mirror.call((one) => one.sync());
      await mirror.run();
    }
    expect(await rowsOf(repo.name)).toEqual(expectedOf(repo));
  });

  it("stays within the rows of an invocation where pull requests have many reviews, and reads those that have more", async () => {
    const repo = fakeRepo("fetch/reviews", 120);
    repo.reviews = repo.issues
      .filter((one) => one.is_pr)
      .flatMap(({ number }) =>
        Array.from({ length: number === 60 ? 230 : 40 }, (_, at) => {
          return { id: 1000 * number + at, issue: number, state: "COMMENTED", at: 1_800_000_000 + at };
        }),
      );
    fakeGitHub([repo]);
    const mirror = testMirror(repo.name);
    await mirror.call((one) => one.sync());
    await mirror.run(within);
    expect((await rowsOf(repo.name)).reviews).toEqual(expectedOf(repo).reviews);
  });

  it("reads events issue by issue where the list of all is cut short", async () => {
    const repo = fakeRepo("fetch/history", 120);
    repo.eventPages = 1;
    const github = fakeGitHub([repo]);
    const mirror = testMirror(repo.name);
    await mirror.call((one) => one.sync());
    await mirror.run();
    expect((await rowsOf(repo.name)).events).toEqual(expectedOf(repo).events);
    github.asked.length = 0;
    repo.events.push({ id: 9000, issue: 3, event: "reopened", label: null, at: 1_900_000_000 });
    await mirror.call((one) => one.sync());
    await mirror.run();
    expect((await rowsOf(repo.name)).events).toEqual(expectedOf(repo).events);
    expect(github.asked.length).toBeLessThan(8);
  });
});

describe("a mirror", () => {
  it("stops when it is paused, and goes on where it was", async () => {
    const repo = fakeRepo("fetch/pause", 230);
    const github = fakeGitHub([repo]);
    const mirror = testMirror(repo.name);
    // Each time it is asked it is paused: one page at a time.
    github.fault = () => new Response("", { status: 502 });
    await mirror.call((one) => one.sync());
    await mirror.ring();
    await mirror.call((one) => one.pause("ada"));
    await mirror.run();
    expect(await mirror.progress()).toMatchObject({ state: "paused", pausedBy: "ada" });
    await mirror.call((one) => one.sync());
    expect(github.asked).toHaveLength(1);
    github.fault = () => null;
    await mirror.call((one) => one.start(false));
    await mirror.run();
    expect(await rowsOf(repo.name)).toEqual(expectedOf(repo));
  });

  it("finds once a week what was deleted and no webhook told of", async () => {
    const repo = fakeRepo("fetch/gone", 220);
    fakeGitHub([repo]);
    const mirror = testMirror(repo.name);
    const pass = async () => {
      await mirror.call((one) => one.sync());
      await mirror.run();
    };
    await pass();
    repo.issues.splice(150, 1);
    repo.issues.splice(3, 2);
    await pass();
    expect((await rowsOf(repo.name)).issues.filter(({ gone }) => gone === 1)).toEqual([]);
    await mirror.age(8 * 24 * 3600_000);
    await mirror.call((one) => one.sync());
    await mirror.run(within);
    const rows = (await rowsOf(repo.name)).issues;
    expect(rows.filter(({ gone }) => gone === 1).map(({ number }) => number)).toEqual([4, 5, 151]);
    expect(rows).toHaveLength(220);
  });

  it("finds once a week comments that were deleted, and those that it lacks", async () => {
    const repo = fakeRepo("fetch/said", 130);
    const said = (id: number, issue: number) => ({ id, issue, body: "ok", review: false, at: START, updated: START });
    for (let id = 5001; id < 5150; id += 1) repo.comments.push(said(id, 7));
    const github = fakeGitHub([repo]);
    const mirror = testMirror(repo.name);
    await mirror.call((one) => one.sync());
    await mirror.run();
    repo.comments = repo.comments.filter(({ id, review }) => review || ![1200, 5003, 5140].includes(id));
    // Of the past, so that no list of news has it.
    repo.comments.push(said(9000, 9));
    await mirror.age(8 * 24 * 3600_000);
    github.asked.length = 0;
    await mirror.call((one) => one.sync());
    await mirror.run(within);
    const { comments } = await rowsOf(repo.name);
    expect(comments.filter(({ gone }) => gone === 0)).toEqual(expectedOf(repo).comments);
    expect(comments.filter(({ gone }) => gone === 1).map(({ id }) => id)).toEqual([1200, 5003, 5140]);
    const single = github.asked.filter(({ path }) => /issues\/\d+\/comments/.test(path));
    expect(single).toHaveLength(4);
  });

  it("follows its repository to another name, with all rows, and reads nothing twice", async () => {
    const repo = fakeRepo("fetch/before", 320);
    const github = fakeGitHub([repo, { ...repo, name: "fetch/after" }]);
    const mirror = testMirror(repo.name);
    await mirror.call((one) => one.sync());
    await mirror.run();
    repo.name = "fetch/after";
    const before = { ...repo, name: "fetch/before" };
    // As GitHub's redirect ends: the answers speak of the new name.
    const renamed = fakeGitHub([repo]);
    renamed.fault = (path) => {
      if (!path.startsWith("/repos/fetch/before/")) return null;
      const location = `https://api.github.test${path.replace("/fetch/before/", "/fetch/after/")}`;
      return new Response(null, { status: 301, headers: { location } });
    };
    const [first] = repo.issues;
    if (first) first.updated = 2_000_000_000;
    await mirror.call((one) => one.sync());
    await mirror.run(within);
    expect((await mirror.progress()).movedTo).toBe("fetch/after");
    expect((await rowsOf(before.name)).issues).toEqual([]);
    const other = testMirror("fetch/after");
    await other.run();
    expect(await rowsOf("fetch/after")).toEqual(expectedOf(repo));
    expect(renamed.asked.length).toBeLessThan(10);
    expect(github.asked.length).toBeGreaterThan(10);
    expect(await env.DB.prepare("SELECT now FROM mirror_moved WHERE repository = 'fetch/before'").first("now")).toBe(
      "fetch/after",
    );
  });

  it("gives a renamed label its new name, and takes away a deleted one", async () => {
    const repo = fakeRepo("fetch/labels", 700);
    const others = ["a", "b", "c", "d", "e", "f"];
    for (const issue of repo.issues) issue.labels.push(...others);
    for (const issue of repo.issues.slice(0, 20)) issue.labels.push("area/docs");
    fakeGitHub([repo]);
    const mirror = testMirror(repo.name);
    await mirror.call((one) => one.sync());
    await mirror.run();
    await mirror.call((one) => one.relabel("kind/bug", "bug"));
    await mirror.call((one) => one.relabel("area/docs", null));
    await mirror.run(within);
    const labels = (await rowsOf(repo.name)).issues.map((row) => row["labels"]);
    expect(new Set(labels)).toEqual(new Set([JSON.stringify(["bug", ...others])]));
  });

  it("leaves what is left of GraphQL's budget to tide", async () => {
    const repo = fakeRepo("fetch/points", 120);
    const resetAt = new Date(Math.floor(Date.now() / 1000) * 1000 + 1800_000);
    repo.points = { limit: 5000, remaining: 1499, resetAt: resetAt.toISOString() };
    const github = fakeGitHub([repo]);
    const mirror = testMirror(repo.name);
    await mirror.call((one) => one.sync());
    for (let ring = 0; ring < 20; ring += 1) await mirror.ring();
    const points = () => github.asked.filter(({ path }) => path === "/graphql").length;
    expect(points()).toBe(1);
    expect(await mirror.progress()).toMatchObject({ state: "waiting", nextAt: resetAt.getTime(), error: "" });
    repo.points = { ...repo.points, remaining: 1500 };
    await mirror.run();
    expect(points()).toBe(3);
    expect((await rowsOf(repo.name)).pulls).toEqual(expectedOf(repo).pulls);
  });

  // The last: it uses up the hour of the one credential.
  it("leaves what is left of the hour to what is urgent", async () => {
    const repo = fakeRepo("fetch/budget", 10);
    const github = fakeGitHub([repo]);
    const reset = Math.floor(Date.now() / 1000) + 900;
    const headers = {
      "x-ratelimit-limit": "5000",
      "x-ratelimit-remaining": "1400",
      "x-ratelimit-reset": String(reset),
    };
    github.fault = (_path, nth) => (nth === 0 ? Response.json([], { headers }) : null);
    const mirror = testMirror(repo.name);
    await mirror.call((one) => one.sync());
    await mirror.ring();
    const { state, nextAt } = await mirror.progress();
    expect(github.asked).toHaveLength(1);
    expect(state).toBe("waiting");
    expect(nextAt).toBeGreaterThan(Date.now() + 800_000);
  });
});
