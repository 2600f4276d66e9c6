/** The fetcher against a GitHub that fails, with the worker killed meanwhile (issue: ends with the same rows). */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { eventually, testSystem, type TestSystem } from "../../harness/system.ts";
import { folder, type Folder } from "../cli/cutwater.ts";

const HARBOR = "cutwater-demo/harbor";
const ISSUES = 20_000;

let system: TestSystem;
let here: Folder;
beforeAll(async () => {
  here = await folder();
  system = await testSystem({ capacity: 0, settings: { VELODROME_REPOSITORIES: HARBOR } });
  await system.github.control.addHistory({ repo: HARBOR, count: ISSUES });
});
afterAll(async () => {
  await here.remove();
  await system.dispose();
});

const Progress = z.object({
  state: z.string(),
  completedAt: z.number(),
  error: z.string(),
  streams: z.array(z.object({ name: z.string(), rows: z.number() })),
});
const Page = z.object({ rows: z.array(z.record(z.string(), z.unknown())), next: z.string().nullable() });

/** As its administrator: no webhook has told yet that the repository is public. */
async function json(path: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${system.secrets.admin}` };
  return (await fetch(`${system.worker.url}${path}`, { headers })).json();
}
const progress = async () => Progress.parse(await json(`/api/velodrome/${HARBOR}`));
const velodrome = (...rest: string[]) =>
  here.cutwater("velodrome", "fetch", "--url", system.worker.url, "--token", system.secrets.admin, ...rest);

async function rows(kind: string) {
  const all: Record<string, unknown>[] = [];
  for (let after: string | null = ""; after !== null; ) {
    const page = Page.parse(await json(`/api/velodrome/${HARBOR}/${kind}?after=${after}`));
    all.push(...page.rows);
    after = page.next;
  }
  return all;
}

const seconds = (iso: string): number => Date.parse(iso) / 1000;

/** What GitHub has, in the form of the rows. */
function expected() {
  const issues = system.github.control.issuesOf(HARBOR);
  const lines = issues.flatMap((issue) =>
    (issue.pull?.reviewComments ?? []).map((one) => ({ issue, one, review: true })),
  );
  const said = issues.flatMap((issue) => issue.comments.map((one) => ({ issue, one, review: false })));
  return {
    issues: issues.map(({ number, pull, user, title, state, labels, comments, createdAt }) => {
      return {
        number,
        is_pr: pull !== null,
        user,
        title,
        state,
        labels,
        comments: comments.length,
        created: seconds(createdAt),
      };
    }),
    events: issues
      .flatMap((issue) => issue.events.map((one) => ({ ...one, issue: issue.number })))
      .map(({ id, issue, actor, event, label = null, createdAt }) => ({
        id,
        issue,
        actor,
        event,
        label,
        at: seconds(createdAt),
      }))
      .toSorted((a, b) => a.id - b.id),
    comments: [...said.toSorted((a, b) => a.one.id - b.one.id), ...lines.toSorted((a, b) => a.one.id - b.one.id)].map(
      ({ issue, one, review }) => {
        const { id, user, body, createdAt } = one;
        return { id, issue: issue.number, user, body, review, at: seconds(createdAt) };
      },
    ),
  };
}

/** Only what the expected rows name. */
const sameRows = async (): Promise<void> => {
  const wanted = expected();
  for (const kind of ["issues", "events", "comments"] as const) {
    const have = await rows(kind);
    const keys = Object.keys(wanted[kind][0] ?? {});
    expect(have.map((row) => Object.fromEntries(keys.map((key) => [key, row[key]])))).toEqual(wanted[kind]);
  }
};

describe("a back-fill", () => {
  it("ends with GitHub's rows, though answers fail, pages are lost and the worker dies", async () => {
    const { faults, journal } = system.github.control;
    faults.request({ kind: "status", status: 502, path: "/harbor/issues", times: 2 });
    faults.request({ kind: "secondaryRateLimit", retryAfter: 1, path: "/issues/comments" });
    faults.request({ kind: "actThenDrop", path: "/issues/comments", times: 2 });
    faults.request({ kind: "status", status: 503, path: "/issues/events", times: 3 });
    faults.request({ kind: "actThenStatus", path: "/graphql" });
    const started = await velodrome("--repo", HARBOR, "--start");
    expect(started.code, started.stderr).toBe(0);
    await eventually("some pages are read", async () => (await progress()).streams.some(({ rows: n }) => n > 5000), 60);
    await system.worker.crash();
    await eventually(
      "it is up to date",
      async () => {
        const { state, completedAt } = await progress().catch(() => ({ state: "away", completedAt: 0 }));
        return state === "idle" && completedAt > 0;
      },
      200,
    );
    await sameRows();
    expect(journal.violations).toEqual([]);
    const shown = await velodrome("--repo", HARBOR, "--watch");
    expect(shown.stdout).toContain(`${HARBOR}: idle, complete at`);
    expect(shown.stdout).toMatch(/issues +\d+ rows +\d+ calls +up to date/);
  }, 400_000);

  it("is kept by webhooks, and its events by the next look", async () => {
    const { control } = system.github;
    const { number } = control.createIssue({ repo: HARBOR, as: "ben", title: "Leaks" });
    const { id } = control.comment({ repo: HARBOR, number, as: "ada", body: "Where?" });
    control.comment({ repo: HARBOR, number, as: "ben", body: "At the bow." });
    control.editComment({ repo: HARBOR, id, as: "ada", body: "Where, and since when?" });
    control.addLabel({ repo: HARBOR, number, as: "ada", label: "kind/bug" });
    control.setState({ repo: HARBOR, number, as: "ada", state: "closed" });
    const gone = control.comment({ repo: HARBOR, number, as: "ben", body: "Never mind" });
    control.deleteComment({ repo: HARBOR, id: gone.id, as: "ben" });
    await control.settled();
    const fresh = async (kind: string, key: string) => (await rows(kind)).filter((row) => row[key] === number);
    await eventually(
      "the issue is closed in the mirror",
      async () => (await fresh("issues", "number"))[0]?.["state"] === "closed",
      100,
    );
    await eventually(
      "its comments are there",
      async () => {
        const bodies = (await fresh("comments", "issue")).map(({ body }) => body);
        return bodies.includes("Where, and since when?") && !bodies.includes("Never mind");
      },
      100,
    );
    await system.worker.scheduled("*/5 * * * *");
    await eventually(
      "its events are there",
      async () => (await fresh("events", "issue")).some(({ event }) => event === "closed"),
      100,
    );
    await eventually(
      "all is as at GitHub",
      () =>
        sameRows().then(
          () => true,
          () => false,
        ),
      100,
    );
  }, 300_000);

  it("is paused and goes on by the command line", async () => {
    const paused = await velodrome("--repo", HARBOR, "--pause");
    expect(paused.stdout).toContain("paused by admin-token");
    await system.worker.scheduled("*/5 * * * *");
    expect((await progress()).state).toBe("paused");
    const both = await velodrome("--repo", HARBOR, "--pause", "--start");
    expect(both.code).toBe(1);
    const again = await velodrome("--repo", HARBOR, "--start", "--watch");
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toContain("idle");
    const headers = { authorization: `Bearer ${system.secrets.admin}`, accept: "text/html" };
    const page = await (await fetch(`${system.worker.url}/velodrome/mirrors`, { headers })).text();
    expect(page).toContain(HARBOR);
    expect(page).toContain("Up to date");
  });
});
