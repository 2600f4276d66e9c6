/** `cutwater explain` and its API against a running system: what would happen, and that nothing does. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../../cli/local/build.ts";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";

const HELLO = "cutwater-demo/hello";
const run = promisify(execFile);
let system: TestSystem;
let number = 0;

beforeAll(async () => {
  system = await testSystem({ capacity: 0 });
  const files = { "docs/explained.md": "Explained\n" };
  ({ number } = await system.github.control.createPull({ repo: HELLO, as: "ben", title: "Explain", files }));
  await eventually("its size", () => snapshot().labels.includes("size/XS"));
  await eventually("its jobs", () => {
    const statuses = snapshot().pull?.statuses ?? {};
    return ["unit", "docs", "lint"].every((job) => statuses[`pull-hello-${job}`]?.state === "pending");
  });
  await eventually("its delivery is listed", async () => {
    const answer = await fetch(`${system.worker.url}/pr/${HELLO}/${number}`);
    return answer.status === 200;
  });
});
afterAll(() => system?.dispose());

const snapshot = () => system.github.control.snapshot({ repo: HELLO, number });

async function explain(comment: string, as: string): Promise<string> {
  const subject = `${HELLO}#${number}`;
  const flags = ["--as", as, "--url", system.worker.url, "--token", system.secrets.admin];
  const command = ["--no-warnings", path.join(ROOT, "cli/main.ts"), "explain", subject, comment, ...flags];
  return (await run(process.execPath, command)).stdout;
}

describe("cutwater explain", () => {
  it("says which plugins would act, with which effects and why, and changes nothing", async () => {
    const before = snapshot();
    const answer = await explain("/lgtm\n/hold", "chidi");
    expect(answer).toContain(`If chidi said this on ${HELLO}#${number}`);
    expect(answer).toContain("addLabel label=lgtm  (lgtm: /lgtm)");
    expect(answer).toContain("addLabel label=do-not-merge/hold  (hold: /hold)");
    expect(answer).toMatch(/^ {2}\+ hold \(comment\): it is put on hold$/m);
    expect(answer).toMatch(/^ {2}- \w+ \(comment\): no command of it$/m);
    expect(snapshot()).toEqual(before);
  });

  it("knows each actor's rights", async () => {
    expect(await explain("/lgtm", "ben")).not.toContain("addLabel label=lgtm");
    expect(await explain("/test all", "mallory")).toContain("startJobs");
    expect(await explain("nothing to do with us", "chidi")).toContain("Nothing would be done.");
  });
});

it("the page's form answers beside what is known of the pull request", async () => {
  const login = await fetch(`${system.worker.url}/pr/${HELLO}/${number}`, {
    method: "POST",
    headers: { authorization: `Bearer ${system.secrets.admin}`, accept: "text/html" },
    body: new URLSearchParams({ comment: "/hold", as: "chidi" }),
  });
  const html = await login.text();
  expect(login.status).toBe(200);
  expect(html).toContain("Add label do-not-merge/hold");
  expect(html).toContain("If chidi said this");
  expect(html).toContain("size/XS");
});
