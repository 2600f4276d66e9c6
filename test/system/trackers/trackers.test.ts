/** testfreeze, jira and bugzilla through the built worker, against small services that keep what they are told. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { Bugzilla } from "../../harness/bugzilla.ts";
import { type Asked, type Service, startService } from "../../harness/services.ts";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";

const REPO = "cutwater-demo/harbor";
const KEY = "a-key-that-nobody-may-see";
const PLUGINS = `plugins:
  cutwater-demo/harbor:
    plugins: [bugzilla, jira, testfreeze]
cutwater:
  cutwater-demo/harbor:
    freeze_branch: main
bugzilla:
  default:
    "*":
      valid_states: [{ status: NEW }]
      state_after_validation: { status: POST }
      state_after_merge: { status: MODIFIED }
      state_after_close: { status: NEW }
      add_external_link: true
    release-1.2:
      enable_backporting: true
      target_release: "1.2"
`;

const tracker = new Bugzilla();
const remoteLinks: unknown[] = [];
let services: Readonly<Record<"bugzilla" | "jira" | "freeze" | "fastForward", Service>>;
let system: TestSystem;

function jira({ method, path, body }: Asked) {
  if (path === "/rest/api/2/issue/TIDE-7?fields=summary") return { status: 200, body: { key: "TIDE-7" } };
  if (path !== "/rest/api/2/issue/TIDE-7/remotelink") return { status: 404, body: { errorMessages: ["no"] } };
  if (method === "POST") remoteLinks.push(body);
  return method === "POST" ? { status: 201, body: { id: 1 } } : { status: 200, body: [] };
}

const page = (number: number) => system.github.control.snapshot({ repo: REPO, number });
const answers = (number: number, text: string) =>
  page(number).comments.filter((comment) => comment.user.endsWith("[bot]") && comment.body.includes(text));

let serial = 0;
async function pullRequest(title: string, more: { body?: string; base?: string } = {}): Promise<number> {
  serial += 1;
  const files = { [`notes/tracker-${serial}.md`]: `${title}\n` };
  return (await system.github.control.createPull({ repo: REPO, as: "emil", title, files, ...more })).number;
}

beforeAll(async () => {
  services = {
    bugzilla: await startService(({ method, path, headers, body }) =>
      headers["x-bugzilla-api-key"] === KEY
        ? tracker.answer(method, path, body)
        : { status: 401, body: { message: "who?" } },
    ),
    jira: await startService((asked) =>
      asked.headers.authorization === `Bearer ${KEY}` ? jira(asked) : { status: 401, body: {} },
    ),
    freeze: await startService(() => ({
      status: 200,
      body: `tide:\n  queries:\n  - repos: [${REPO}]\n    excludedBranches: [release-1.2]\n`,
    })),
    fastForward: await startService(({ path }) => ({
      status: 200,
      body: path === "/latest-build.txt" ? "42\n" : { timestamp: 1_780_000_000, passed: true },
    })),
  };
  const SERVICES = JSON.stringify({
    bugzilla: { url: services.bugzilla.url, headers: { "x-bugzilla-api-key": KEY } },
    jira: { url: services.jira.url, headers: { authorization: `Bearer ${KEY}` } },
    freeze: { url: services.freeze.url },
    "fast-forward": { url: services.fastForward.url },
  });
  system = await testSystem({ capacity: 0, settings: { SERVICES } });
  const { control } = system.github;
  const version = async (): Promise<string> =>
    z.object({ version: z.string() }).parse(await (await fetch(`${system.worker.url}/api/config`)).json()).version;
  const before = await version();
  const files = { "config/prow/plugins.yaml": PLUGINS };
  await control.push({ repo: "cutwater-demo/config", as: "ada", branch: "main", files, message: "Trackers" });
  const branch = { branch: "release-1.2", from: "main", files: { "notes/1.2.md": "1.2\n" }, message: "Begin 1.2" };
  await control.push({ repo: REPO, as: "ada", ...branch });
  await eventually("the configuration is in use", async () => (await version()) !== before);
  await new Promise((resolve) => setTimeout(resolve, 2_100)); // the longest that a version is remembered
}, 120_000);

afterAll(async () => {
  await system?.dispose();
  for (const service of Object.values(services ?? {})) service.stop();
});

describe("bugzilla", () => {
  it("a valid bug is labelled, moved on and linked; once merged it moves again", async () => {
    tracker.add({ id: 7, summary: "The pier floods", severity: "high", product: "Harbor" });
    const number = await pullRequest("Bug 7: Raise the pier");
    await eventually("it is valid", () => answers(number, "is valid").length > 0);
    const [said] = answers(number, "is valid");
    expect(said?.body).toContain(`${services.bugzilla.url}/show_bug.cgi?id=7`);
    expect(page(number).labels).toEqual(expect.arrayContaining(["bugzilla/valid-bug", "bugzilla/severity-high"]));
    expect(tracker.bugs.get(7)?.["status"]).toBe("POST");
    expect(tracker.links.get(7)).toEqual([`${REPO}/pull/${number}`]);
    await system.github.control.merge({ repo: REPO, number, as: "ada" });
    await eventually("the bug is modified", () => tracker.bugs.get(7)?.["status"] === "MODIFIED");
    await eventually("it is told", () => answers(number, "is now MODIFIED").length === 1);

    const pick = await pullRequest("[release-1.2] Bug 7: Raise the pier", {
      base: "release-1.2",
      body: `This is an automated cherry-pick of #${number}`,
    });
    await eventually("the clone is valid", () => answers(pick, "Bugzilla bug 8").length >= 2, 60);
    expect(page(pick).title).toBe("[release-1.2] Bug 8: Raise the pier");
    expect(tracker.bugs.get(8)).toMatchObject({
      summary: "The pier floods",
      product: "Harbor",
      target_release: ["1.2"],
      depends_on: [7],
      status: "POST",
    });
    expect(tracker.bugs.has(9)).toBe(false);
    expect(answers(pick, "Freeze")).toEqual([]); // testfreeze watches main
  }, 120_000);

  it("a closed pull request gives its bug back", async () => {
    tracker.add({ id: 20, summary: "Gulls" });
    const number = await pullRequest("Bug 20: Chase the gulls");
    await eventually("it is linked", () => (tracker.links.get(20)?.length ?? 0) === 1);
    await eventually("it is told", () => answers(number, "is valid").length === 1);
    system.github.control.setState({ repo: REPO, number, as: "emil", state: "closed" });
    await eventually("it is told", () => answers(number, "does not refer to this pull request any more").length === 1);
    expect(tracker.links.get(20)).toEqual([]);
    expect(tracker.bugs.get(20)?.["status"]).toBe("NEW");
    expect(tracker.comments.filter(({ bug }) => bug === 20)).toHaveLength(1);
  }, 60_000);

  it("what is wrong is told, and looked at again by command", async () => {
    tracker.add({ id: 30, summary: "Fog", status: "CLOSED", is_open: false });
    const number = await pullRequest("Bug 30: Ring the bell");
    await eventually("it is told", () => answers(number, "but is CLOSED").length === 1);
    await eventually("it is invalid", () => page(number).labels.includes("bugzilla/invalid-bug"));
    tracker.add({ id: 30, summary: "Fog" });
    system.say(REPO, number, "mallory", "/bugzilla refresh");
    await eventually("it is valid", () => page(number).labels.includes("bugzilla/valid-bug"));
    await eventually("it is not invalid", () => !page(number).labels.includes("bugzilla/invalid-bug"));
  }, 60_000);
});

describe("jira", () => {
  it("a key becomes a link, here and in Jira, and once", async () => {
    const number = await pullRequest("Watch the tide");
    const { id } = system.github.control.comment({ repo: REPO, number, as: "emil", body: "See TIDE-7 and UTF-8" });
    const text = () => page(number).comments.find((comment) => comment.id === id)?.body;
    const link = `[TIDE-7](${services.jira.url}/browse/TIDE-7)`;
    await eventually("the comment has a link", () => text() === `See ${link} and UTF-8`);
    const url = `${system.github.url}/${REPO}/pull/${number}`;
    expect(remoteLinks).toEqual([
      {
        globalId: url,
        object: expect.objectContaining({ url, title: `${REPO}#${number}: Watch the tide` }) as unknown,
      },
    ]);
    await system.github.control.settled();
    expect(text()).toBe(`See ${link} and UTF-8`);
  }, 60_000);
});

describe("testfreeze", () => {
  it("tells a new pull request of both freezes", async () => {
    const number = await pullRequest("Paint the crane");
    await eventually("it is told", () => answers(number, "Code Freeze").length > 0);
    const [said] = answers(number, "Code Freeze");
    expect(said?.body).toContain("v1.2.0");
    expect(said?.body).toContain("Test Freeze");
    expect(said?.body).toContain("2026-05-28T20:26:40Z");
  }, 60_000);
});

it("no key is shown anywhere", async () => {
  const texts = [JSON.stringify(system.lines)];
  const List = z.object({ deliveries: z.array(z.object({ guid: z.string() })) });
  const list = await (await fetch(`${system.worker.url}/api/deliveries?repo=${REPO}&limit=100`)).json();
  const { deliveries } = List.parse(list);
  expect(deliveries.length).toBeGreaterThan(5);
  for (const { guid } of deliveries.slice(0, 30)) {
    texts.push(await (await fetch(`${system.worker.url}/api/deliveries/${guid}`)).text());
  }
  expect(texts.join()).not.toContain(KEY);
});
