/** `summary_comment` and `minimize_obsolete` through the built worker: one comment, edited in place; old replies hidden. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { eventually, type TestSystem, testSystem } from "../harness/system.ts";

const REPO = "cutwater-demo/hello";
const CONFIG = "cutwater-demo/config";
const PLUGINS = `plugins:
  cutwater-demo:
    plugins: [approve, hold, label, lgtm, release-note, trigger]
cutwater:
  ${REPO}:
    summary_comment: true
    minimize_obsolete: true
`;
const Version = z.object({ version: z.string() });
const List = z.object({ deliveries: z.array(z.object({ guid: z.string(), state: z.string() })) });
const Delivery = z.object({
  effectList: z.array(z.object({ state: z.string(), effect: z.looseObject({ kind: z.string() }) })),
});

let system: TestSystem;
let number: number;
const control = () => system.github.control;
const page = () => control().snapshot({ repo: REPO, number });
const own = () => page().comments.filter(({ user }) => user.endsWith("[bot]"));
const shown = () => own().filter(({ hidden }) => hidden === null);
const text = (): string => own()[0]?.body ?? "";
const say = (as: string, body: string) => control().comment({ repo: REPO, number, as, body });
const json = async <T>(path: string, schema: z.ZodType<T>): Promise<T> =>
  schema.parse(await (await fetch(`${system.worker.url}${path}`)).json());

beforeAll(async () => {
  system = await testSystem();
  const { version } = await json("/api/config", Version);
  const files = { "config/prow/plugins.yaml": PLUGINS };
  await control().push({ repo: CONFIG, as: "ada", branch: "main", files, message: "Be quiet" });
  await eventually("the configuration", async () => (await json("/api/config", Version)).version !== version);
  await new Promise((resolve) => setTimeout(resolve, 2_100)); // the longest that a version is remembered
  const files2 = { "test/unit.sh": "echo no; exit 1\n" };
  ({ number } = await control().createPull({ repo: REPO, as: "nova", title: "Break it", files: files2, fork: true }));
});
afterAll(() => system?.dispose());

it("a stranger's pull request gets one comment: approval, welcome, release note, what to do", async () => {
  await eventually("what to do about the new labels", () => text().includes("`needs-ok-to-test` is set"));
  expect(own()).toHaveLength(1);
  expect(text().split("\n")[0]).toBe("[APPROVALNOTIFIER] This PR is **NOT APPROVED**");
  for (const part of [
    '<!-- META={"approvers":["',
    "Hi @nova",
    "### Release note",
    "`do-not-merge/release-note-label-needed` is set",
    "`lgtm` is missing",
  ])
    expect(text()).toContain(part);
});

it("a refused command is answered, and the answer is hidden once the command counts", async () => {
  const { id } = own()[0] ?? {};
  say("nova", "/lgtm");
  await eventually("the refusal", () => shown().length === 2);
  say("ben", "/lgtm");
  await eventually("the refusal is hidden", () => shown().length === 1);
  expect(own().map(({ hidden }) => hidden)).toEqual([null, "outdated"]);
  expect(own()[0]?.id).toBe(id);
  await eventually("lgtm is not missing any more", () => !text().includes("`lgtm` is missing"));
});

it("trust takes the welcome out, and a failed test comes in, with link and command", async () => {
  say("ben", "/ok-to-test");
  await eventually("the report", () => text().includes("<!-- test report -->"), 60);
  expect(text()).toContain("### Tests");
  expect(text()).toMatch(
    /pull-hello-unit \| [0-9a-f]{40} \| \[link\]\(http[^)]+\/jobs\/[^)]+\) \| true \| `\/test pull-hello-unit`/,
  );
  expect(text()).toContain("1 test failed, 1 of them required");
  await eventually("the welcome is out", () => !text().includes("Hi @nova"));
  expect(shown()).toHaveLength(1);
});

it("approval, hold and a release note change lines of it, nothing else", async () => {
  say("ada", "/approve");
  say("ada", "/hold");
  say("nova", "/release-note-none");
  await eventually("its title", () => text().startsWith("[APPROVALNOTIFIER] This PR is **APPROVED**"));
  await eventually("the hold", () => text().includes("`do-not-merge/hold` is set"));
  await eventually("the note", () => !text().includes("### Release note"));
  say("ben", "/unhold");
  await eventually("no hold", () => !text().includes("`do-not-merge/hold` is set"));
  expect(shown()).toHaveLength(1);
});

it("is sent at most once for an event, and is over with the pull request", async () => {
  control().setState({ repo: REPO, number, as: "nova", state: "closed" });
  await eventually("its end", () => text().includes("It is closed."));
  const { deliveries } = await json(`/api/deliveries?repo=${REPO}&number=${number}&limit=100`, List);
  expect(deliveries.length).toBeGreaterThan(8);
  for (const { guid } of deliveries) {
    const { effectList } = await json(`/api/deliveries/${guid}`, Delivery);
    expect(effectList.filter(({ effect }) => effect.kind === "upsertComment").length).toBeLessThan(2);
    expect(effectList.filter(({ state }) => state === "dead")).toEqual([]);
  }
});
