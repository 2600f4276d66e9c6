/** The weekly report from GitHub's pull requests to a comment, which is there once, whatever is cut off and repeated; and to Slack. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type StandIn, standIn } from "../../harness/repositories.ts";
import { eventually, testSystem, type TestSystem } from "../../harness/system.ts";
import { folder, type Folder } from "../cli/cutwater.ts";

const HARBOR = "cutwater-demo/harbor";
const CADENCE = "4-59/5 * * * *";
const DAY_MS = 86_400_000;
/** 1970 began on a Thursday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
const nextMonday = (): number =>
  (Math.floor((Date.now() - FIRST_MONDAY_MS) / (7 * DAY_MS)) + 1) * 7 * DAY_MS + FIRST_MONDAY_MS;

let system: TestSystem;
let slack: StandIn;
let here: Folder;
beforeAll(async () => {
  here = await folder();
  slack = await standIn({ "/chat.postMessage": { ok: true } });
  const settings = {
    VELODROME_REPOSITORIES: HARBOR,
    SERVICES: JSON.stringify({ slack: { url: slack.url, headers: {} } }),
    // The first issue of the history.
    REPORTS: `${HARBOR}#1, ${HARBOR}=slack:#crew, slack:#public`,
  };
  system = await testSystem({ capacity: 0, settings });
  await system.github.control.addHistory({ repo: HARBOR, count: 60 });
}, 120_000);
afterAll(async () => {
  await here?.remove();
  await system?.dispose();
  slack?.close();
});

it("is made after the week, posted once, and shown", async () => {
  const { control } = system.github;
  const worker = ["--url", system.worker.url, "--token", system.secrets.admin];
  const fetched = await here.cutwater("velodrome", "fetch", ...worker, "--repo", HARBOR, "--start", "--watch");
  expect(fetched.code, fetched.stderr).toBe(0);
  const comments = () =>
    (control.issuesOf(HARBOR).find(({ number }) => number === 1)?.comments ?? []).filter(({ body }) =>
      body.includes(`\`${HARBOR}\`, week `),
    );
  const messages = () => slack.posted.filter(({ path }) => path === "/chat.postMessage");
  // GitHub acts and its answer is lost.
  control.faults.request({ kind: "actThenDrop", path: "/issues/1/comments", times: 1 });
  const ring = (ms: number) => system.worker.scheduled(CADENCE, new Date(ms));
  const late = nextMonday() + DAY_MS + 3_600_000;
  await ring(late);
  await eventually("the comment is there", async () => comments().length > 0, 60);
  await system.worker.crash();
  await eventually(
    "the worker is back",
    async () => {
      await ring(late + 300_000);
      return true;
    },
    60,
  );
  await ring(late + 600_000);
  await eventually("Slack was told", async () => messages().length > 0, 60);
  // What comes after everything that was asked for before.
  const { number } = control.createIssue({ repo: HARBOR, as: "ada", title: "Where is the report?" });
  await eventually(
    "the new issue was heard of",
    async () => {
      const headers = { authorization: `Bearer ${system.secrets.admin}` };
      const answer = await fetch(`${system.worker.url}/api/velodrome/${HARBOR}/issues?after=${number - 1}`, {
        headers,
      });
      return answer.ok && (await answer.text()).includes("Where is the report?");
    },
    60,
  );
  expect(comments()).toHaveLength(1);
  expect(comments()[0]?.body).not.toMatch(/(^|[^`\w])@\w/);
  // Nothing tells what became of a message that was under way when the worker died: it may come again. Harbor is not known
  // to be public until a webhook said so, so nothing of it goes where it is not named.
  const channels = messages().map(({ body }) => (JSON.parse(body) as { channel: string }).channel);
  expect(new Set(channels)).toEqual(new Set(["#crew"]));

  const get = async (path: string) =>
    (
      await fetch(`${system.worker.url}${path}`, { headers: { authorization: `Bearer ${system.secrets.admin}` } })
    ).text();
  const week = /week (\d{4}-W\d{2})/.exec(comments()[0]?.body ?? "")?.[1] ?? "";
  expect(await get("/velodrome/reports")).toContain(`/velodrome/reports/${week}`);
  expect(await get(`/velodrome/reports/${week}`)).toContain("Waiting longest");
  expect(await get(`/velodrome/reports/${week}.md`)).toContain(`## \`${HARBOR}\`, week ${week}`);
});
