/** The list of pull requests: each once, as its newest commit stands, and only those that the viewer may see. */
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { addJob, addRepository, as, asPage, call, gitHub } from "./harness.ts";

const NOW = Date.now();

beforeAll(async () => {
  await addRepository("pier/open", false);
  await addRepository("pier/closed", true);
  const run = { org: "pier", repo: "open", pull: 7, author: "mara" };
  await addJob({ ...run, id: "old", job: "pull-a", headSha: "1".repeat(40), state: "failure", startTime: NOW - 9000 });
  await addJob({
    ...run,
    id: "first",
    job: "pull-a",
    headSha: "2".repeat(40),
    state: "failure",
    startTime: NOW - 8000,
  });
  await addJob({ ...run, id: "again", job: "pull-a", headSha: "2".repeat(40), startTime: NOW - 7000 });
  await addJob({
    ...run,
    id: "other",
    job: "pull-b",
    headSha: "2".repeat(40),
    state: "pending",
    startTime: NOW - 6000,
  });
  await addJob({
    id: "second",
    org: "pier",
    repo: "open",
    pull: 8,
    author: "otto",
    state: "error",
    startTime: NOW - 5000,
  });
  await addJob({ id: "private", org: "pier", repo: "closed", pull: 3, startTime: NOW - 4000 });
});
afterEach(() => void vi.unstubAllGlobals());

const page = async (query: string, login: string | null = null) => call(`/pr${query}`, asPage(await as(login)));
/** Words without markup. */
const text = async (answer: Response): Promise<string> =>
  (await answer.text())
    .replace(/^[\s\S]*<main/, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

it("shows each once, with the latest runs on its newest commit", async () => {
  gitHub({});
  const said = await text(await page("?repo=pier/open"));
  expect(said.match(/pier\/open#7/g)).toHaveLength(1);
  expect(said).toMatch(/Error pier\/open#8 1 error otto .* Running pier\/open#7 1 running, 1 success mara/);
});

it("narrows to an author", async () => {
  gitHub({});
  const said = await text(await page("?author=otto"));
  expect(said).toContain("pier/open#8");
  expect(said).not.toContain("pier/open#7");
});

it("leads to the page of the one that is named", async () => {
  const answer = await page("?repo=pier/open&pull=7");
  expect([answer.status, answer.headers.get("location")]).toEqual([302, "/pr/pier/open/7"]);
});

it("hides a private repository's from a stranger, and shows it to its reader", async () => {
  gitHub({ "GET /user/repos": () => Response.json([{ full_name: "pier/closed", private: true }]) });
  expect(await text(await page("?repo=pier"))).not.toContain("pier/closed");
  expect(await text(await page("?repo=pier", "pier-reader"))).toContain("pier/closed#3");
});

it("says so when there is none, and what is wrong with a query", async () => {
  gitHub({});
  expect(await text(await page("?author=nobody"))).toContain("None like that");
  const wrong = await page("?repo=a/b/c");
  expect(wrong.status).toBe(400);
  expect(await wrong.text()).toContain('role="alert"');
});
