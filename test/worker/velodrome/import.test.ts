/** Rows of another mirror (spec velodrome 1.2, 1.3): within an invocation's limits, and never over what GitHub said. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { saveRepository } from "../../../src/store/delivery-rows.ts";
import { importedRows, ImportPage, ROWS_AN_IMPORT } from "../../../src/velodrome/mirror/import.ts";
import { saveFound } from "../../../src/velodrome/mirror/save.ts";
import { ADMIN_TOKEN, call, SETTINGS } from "../web/harness.ts";
import { fakeGitHub, fakeRepo } from "./github.ts";
import { expectedOf, rowsOf, testMirror } from "./support.ts";

afterEach(() => vi.unstubAllGlobals());

const ROUTE = "harbor/imported";
const T = 1_500_000_000;

async function post(body: unknown, repository = ROUTE): Promise<{ status: number; text: string }> {
  const answer = await call(
    `/api/velodrome/${repository}/import`,
    {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      body: typeof body === "string" ? body : JSON.stringify(body),
    },
    { ...SETTINGS, VELODROME_REPOSITORIES: ROUTE },
  );
  return { status: answer.status, text: await answer.text() };
}

const usedBy = async (body: unknown): Promise<number> => {
  const { status, text } = await post(body);
  expect(status, text).toBe(200);
  return z.object({ used: z.number() }).parse(JSON.parse(text)).used;
};

const many = <Row>(row: (n: number) => Row): Row[] => Array.from({ length: ROWS_AN_IMPORT }, (_, n) => row(n + 1));
const issue = (number: number, over: object = {}) => {
  const base = {
    repository: ROUTE,
    number,
    is_pr: true,
    user: "ada",
    title: `change ${number}`,
    created: T,
    updated: T,
  };
  return { ...base, ...over };
};
const event = (id: number) => ({
  repository: ROUTE,
  id,
  issue: 1,
  actor: "ada",
  event: "labeled",
  label: "lgtm",
  at: T,
});
const comment = (id: number, over: object = {}) => {
  return { repository: ROUTE, id, issue: 1, user: "ada", body: "é", review: false, at: T, ...over };
};

describe("a page of an import", () => {
  it.each([
    ["issues", many((n) => issue(n)), many((n) => issue(n, { updated: T + 5 }))],
    ["events", many(event), null],
    ["comments", many((n) => comment(n)), null],
  ] as const)(
    "of %s stays within the rows of an invocation, also when it changes all of them",
    async (kind, rows, newer) => {
      expect(await usedBy({ [kind]: rows })).toBeLessThan(8000);
      const again = await usedBy({ [kind]: rows });
      expect(again).toBeLessThan(8000);
      const table = `mirror_${kind.slice(0, -1)}`;
      const count = await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE repository = ?`)
        .bind(ROUTE)
        .first("n");
      expect(count).toBe(ROWS_AN_IMPORT);
      expect(await usedBy({ [kind]: newer ?? rows, readAt: T })).toBeLessThan(8000);
    },
  );

  it("changes nothing the second time", async () => {
    const page = { issues: [issue(7000)], comments: [comment(7000)], readAt: T };
    await usedBy(page);
    const before = await rowsOf(ROUTE);
    await usedBy(page);
    expect(await rowsOf(ROUTE)).toEqual(before);
  });

  it.each<[string, unknown, number, string]>([
    ["no JSON", "{", 400, "at most 400 rows"],
    ["too many", { issues: many((n) => issue(n)), events: [event(1)] }, 400, "has more than 400 rows"],
    ["a wrong row", { events: [event(1), { ...event(2), at: "noon" }] }, 400, "events.1.at: must be Unix seconds"],
    [
      "another's row",
      { issues: [issue(1, { repository: "a/b" })] },
      400,
      "issues.0: is of a/b, not of harbor/imported",
    ],
    ["a giant's row", { comments: [comment(1, { body: "x".repeat(500_000) })] }, 400, "comments.0: is longer"],
    ["a giant", " ".repeat(9_000_000), 413, "At most"],
  ])("%s is refused", async (_, body, status, text) => {
    const answer = await post(body);
    expect(answer).toEqual({ status, text: expect.stringContaining(text) });
  });

  it("lets everybody see the repository when it says so, and then not whom GitHub calls private", async () => {
    const seen = async () =>
      (await call(`/api/velodrome/${ROUTE}/issues`, {}, { ...SETTINGS, VELODROME_REPOSITORIES: ROUTE })).status;
    expect(await seen()).toBe(404);
    await post({});
    expect(await seen()).toBe(404);
    await post({ public: true });
    expect(await seen()).toBe(200);
    await saveRepository(env.DB, ROUTE, true, 5);
    await post({ public: true });
    expect(await seen()).toBe(404);
  });

  it("of a repository that is not mirrored is refused with what to do", async () => {
    const answer = await post({ issues: [] }, "harbor/other");
    expect(answer).toEqual({ status: 404, text: expect.stringContaining("add it to VELODROME_REPOSITORIES") });
  });
});

describe("an imported row", () => {
  const name = "import/rules";
  const save = (page: z.input<typeof ImportPage>) => saveFound(env.DB, name, importedRows(ImportPage.parse(page)));
  const body = (text: string) => comment(1, { repository: name, body: text });

  it("gives way to GitHub's of the same version and to a later reading, not to an earlier one", async () => {
    const text = () => env.DB.prepare("SELECT body FROM mirror_comment WHERE repository = ?").bind(name).first("body");
    await save({ comments: [body("second reading")], readAt: T + 10 });
    await save({ comments: [body("first reading")], readAt: T + 5 });
    expect(await text()).toBe("second reading");
    await save({ comments: [body("third reading")], readAt: T + 15 });
    expect(await text()).toBe("third reading");
    const of = { review: 0, id: 1, issue: 1, user: "ada", at: T, gone: 0 } as const;
    await saveFound(env.DB, name, { comments: [{ ...of, body: "GitHub's", updated: T, seen: (T + 1) * 1000 }] });
    await save({ comments: [body("fourth reading")], readAt: T + 20 });
    expect(await text()).toBe("GitHub's");
  });
});

/** As a mirror's files have them. */
function pageOf(repository: string, { issues, events, comments }: ReturnType<typeof fakeRepo>) {
  return {
    issues: issues.map(({ number, is_pr, title, labels, created, updated }) => {
      return { repository, number, is_pr, user: "ada", title, labels, created, updated };
    }),
    events: events.map((row) => ({ repository, actor: "ada", ...row })),
    comments: comments.map(({ id, issue: of, body, review, at }) => ({
      repository,
      id,
      issue: of,
      user: "",
      body,
      review,
      at,
    })),
  };
}

describe("after an import", () => {
  it("GitHub is only asked for what came later, and the points are made anew at once", async () => {
    const repo = fakeRepo("import/later", 120);
    const github = fakeGitHub([repo]);
    const { issues, events, comments } = pageOf(repo.name, repo);
    for (const page of [{ issues }, { events }, { comments }])
      await saveFound(env.DB, repo.name, importedRows(ImportPage.parse(page)));
    const mirror = testMirror(repo.name);
    const last = (times: readonly number[]) => Math.max(...times);
    await mirror.call((one) =>
      one.imported({
        issues: last(issues.map(({ updated }) => updated)),
        comments: last(comments.filter(({ review }) => !review).map(({ at }) => at)),
        "line-comments": last(comments.filter(({ review }) => review).map(({ at }) => at)),
        events: last(events.map(({ id }) => id)),
        until: last(comments.map(({ at }) => at)) + 1000,
      }),
    );
    const used: number[] = [];
    await mirror.run((rows) => used.push(rows));
    expect(github.asked).toEqual([]);
    expect(Math.max(...used)).toBeLessThan(10_000);
    const points = () =>
      env.DB.prepare(
        "SELECT sum(n) AS n FROM metric_run AS run JOIN metric_point AS point USING (repository, metric) WHERE repository = ? AND metric = 'contributions' AND resolution = 86400 AND point.generation = run.shown AND field = 'comment'",
      )
        .bind(repo.name)
        .first<number>("n");
    const pulls = new Set(issues.filter(({ is_pr }) => is_pr).map(({ number }) => number));
    const wanted = comments.filter((row) => pulls.has(row.issue)).length;
    expect(await points()).toBe(wanted);

    repo.issues.push({
      number: 121,
      is_pr: true,
      title: "new",
      labels: [],
      created: T,
      updated: last(issues.map(({ updated }) => updated)) + 5,
    });
    await mirror.call((one) => one.sync());
    await mirror.run();
    expect(await rowsOf(repo.name)).toMatchObject({
      issues: expectedOf(repo).issues,
      comments: expectedOf(repo).comments,
    });
    const asked = github.asked.map(({ path }) => path).filter((path) => path.includes("/issues?"));
    expect(asked).toHaveLength(1);
    expect(asked[0]).not.toContain("1970");

    await saveFound(
      env.DB,
      repo.name,
      importedRows(ImportPage.parse({ comments: [comment(1, { repository: repo.name, issue: 2 })] })),
    );
    await mirror.call((one) => one.imported({ issues: 0, comments: 0, "line-comments": 0, events: 0, until: 0 }));
    await mirror.run();
    expect(await points()).toBe(wanted + 1);
  }, 120_000);
});

describe("points on demand", () => {
  it("are made of what GitHub has now, though the last ones were just made", async () => {
    const repo = fakeRepo("import/renew", 20);
    fakeGitHub([repo]);
    const mirror = testMirror(repo.name);
    const count = () =>
      env.DB.prepare(
        "SELECT sum(n) AS n FROM metric_point WHERE repository = ? AND metric = 'merge' AND resolution = 86400",
      )
        .bind(repo.name)
        .first<number>("n");
    await mirror.call((one) => one.sync());
    await mirror.run();
    expect(await count()).toBe(null);
    const at = Math.floor(Date.now() / 1000) - 10;
    repo.events.push({ id: 9000, issue: 2, event: "merged", label: null, at });
    await mirror.call((one) => one.sync());
    await mirror.run();
    expect(await count()).toBe(null);
    await mirror.call((one) => one.renew());
    await mirror.run();
    expect(await count()).toBe(1);
  }, 120_000);
});
