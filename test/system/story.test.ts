/** The main job, end to end, as a user drives it: a comment on a pull request runs a job and reports back. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, jobContexts, type TestSystem, testSystem } from "../harness/system.ts";

const HELLO = "cutwater-demo/hello";
let system: TestSystem;

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system?.dispose());

const change = (text: string) => ({ [`docs/note-${text.replaceAll(/\W/g, "-")}.md`]: `${text}\n` });
const page = (number: number, repo = HELLO) => system.github.control.snapshot({ repo, number });
const status = (number: number, context: string) => page(number).pull?.statuses[context];

async function openPull(as: string, title: string, options: { draft?: boolean; fork?: boolean } = {}): Promise<number> {
  const { number } = await system.github.control.createPull({
    repo: HELLO,
    as,
    title,
    files: change(title),
    ...options,
  });
  return number;
}

describe("a member's pull request", () => {
  it("runs its automatic jobs when it is opened, to success, with log and artifacts behind the status link", async () => {
    const number = await openPull("ben", "Open and run");
    const done = await eventually("pull-hello-unit succeeds", () => {
      const unit = status(number, "pull-hello-unit");
      return unit?.state === "success" ? unit : null;
    });
    expect(done.description).toMatch(/BaseSHA:[0-9a-f]{40}$/);
    expect(done.url).toMatch(/\/jobs\/[0-9a-f-]{36}$/);
    const link = done.url ?? "";
    const html = await (await fetch(link)).text();
    expect(html).toContain("pull-hello-unit");
    const log = await fetch(`${link}/log`);
    expect(log.status).toBe(200);
    expect((await log.text()).length).toBeGreaterThan(50);
    const artifacts = (await (await fetch(`${link}/artifacts/`)).json()) as { artifacts: { path: string }[] };
    expect(artifacts.artifacts.map((artifact) => artifact.path)).toEqual(
      expect.arrayContaining(["build-log.txt", "finished.json", "started.json", "prowjob.json"]),
    );
    expect(artifacts.artifacts.some((artifact) => artifact.path.endsWith(".xml"))).toBe(true);
    const finished = (await (await fetch(`${link}/artifacts/finished.json`)).json()) as {
      passed: boolean;
      result: string;
    };
    expect(finished).toMatchObject({ passed: true, result: "SUCCESS" });
  });

  it("reports a failure in one maintained comment with its table, edited when it passes", async () => {
    const title = "Break the unit test";
    const { number } = await system.github.control.createPull({
      repo: HELLO,
      as: "chidi",
      title,
      files: { "test/unit.sh": "echo broken; exit 3\n" },
    });
    const reports = () => page(number).comments.filter((comment) => comment.body.includes("<!-- test report -->"));
    const [first] = await eventually("the failure is reported", () => (reports().length > 0 ? reports() : null));
    expect(first?.body).toMatch(/^Test name \| Commit \| Details \| Required \| Rerun command$/m);
    expect(first?.body).toMatch(
      /pull-hello-unit \| [0-9a-f]+ \| \[link\]\(.+\/jobs\/[0-9a-f-]+\) \| true \| `\/test pull-hello-unit`/,
    );
    await system.github.control.pushToPull({
      repo: HELLO,
      number,
      as: "chidi",
      files: { "test/unit.sh": "echo mended\n" },
      message: "Mend",
    });
    await eventually("the mended test succeeds", () => status(number, "pull-hello-unit")?.state === "success");
    await eventually("the comment goes", () => reports().length === 0);
  });

  it("retests only what failed", async () => {
    const { number } = await system.github.control.createPull({
      repo: HELLO,
      as: "ben",
      title: "Fail once",
      files: { "test/unit.sh": "exit 1\n" },
    });
    await eventually(
      "unit fails, lint ends",
      () =>
        status(number, "pull-hello-unit")?.state === "failure" &&
        status(number, "pull-hello-lint")?.state === "success",
    );
    const before = status(number, "pull-hello-lint")?.url;
    const failed = status(number, "pull-hello-unit")?.url;
    system.say(HELLO, number, "ben", "/retest");
    await eventually("unit runs again", () => status(number, "pull-hello-unit")?.url !== failed);
    expect(status(number, "pull-hello-lint")?.url).toBe(before);
  });

  it("answers a test that does not exist with those that do", async () => {
    const number = await openPull("ben", "Ask for nonsense");
    system.say(HELLO, number, "ben", "/test nonsense");
    const answer = await eventually("an answer", () =>
      page(number).comments.find((comment) => comment.body.includes("/test pull-hello-unit")),
    );
    expect(answer.body).toContain("@ben");
  });

  it("runs on a draft only when asked", async () => {
    const number = await openPull("ben", "A draft", { draft: true });
    await eventually("a word about drafts", () => page(number).comments.length > 0);
    expect(jobContexts(page(number).pull?.statuses)).toEqual([]);
    system.say(HELLO, number, "ben", "/test all");
    await eventually("unit succeeds", () => status(number, "pull-hello-unit")?.state === "success");
  });
});

describe("a stranger's pull request", () => {
  it("waits for /ok-to-test, which only a trusted person may say", async () => {
    const number = await openPull("mallory", "From outside", { fork: true });
    await eventually("the label", () => page(number).labels.includes("needs-ok-to-test"));
    system.say(HELLO, number, "mallory", "/ok-to-test");
    await eventually("a refusal", () =>
      page(number).comments.some((comment) => comment.body.includes("@mallory") && comment.user !== "mallory"),
    );
    expect(jobContexts(page(number).pull?.statuses)).toEqual([]);
    system.say(HELLO, number, "ben", "/ok-to-test");
    await eventually("unit succeeds", () => status(number, "pull-hello-unit")?.state === "success");
    expect(page(number).labels).toContain("ok-to-test");
    expect(page(number).labels).not.toContain("needs-ok-to-test");
  });
});

describe("labels and rules", () => {
  it("sets the size, and hold, lgtm and wip as people say", async () => {
    const number = await openPull("ben", "Small");
    await eventually("the size", () => page(number).labels.includes("size/XS"));
    system.say(HELLO, number, "chidi", "/lgtm\n/hold");
    await eventually("both labels", () =>
      ["lgtm", "do-not-merge/hold"].every((label) => page(number).labels.includes(label)),
    );
    system.github.control.edit({ repo: HELLO, number, as: "ben", title: "WIP: Small" });
    await eventually("work in progress", () => page(number).labels.includes("do-not-merge/work-in-progress"));
    await system.github.control.pushToPull({ repo: HELLO, number, as: "ben", files: change("more"), message: "More" });
    await eventually("lgtm goes with a push", () => !page(number).labels.includes("lgtm"));
  });
});

describe("what the bot did and why", () => {
  it("shows each delivery with its plugins, effects and GitHub's answers, and why nothing happened", async () => {
    const number = await openPull("ben", "Explain yourself");
    system.say(HELLO, number, "ben", "just a word");
    await system.github.control.settled();
    const list = await eventually("the delivery is listed", async () => {
      const answer = (await (await fetch(`${system.worker.url}/api/deliveries?repo=${HELLO}`)).json()) as {
        deliveries: { guid: string; event: string; state: string; number: number }[];
      };
      return answer.deliveries.find(
        (delivery) => delivery.event === "issue_comment" && delivery.number === number && delivery.state === "handled",
      );
    });
    const html = await (await fetch(`${system.worker.url}/deliveries/${list.guid}`)).text();
    expect(html).toContain("hold");
    expect(html).toContain("trigger");
  });
});
